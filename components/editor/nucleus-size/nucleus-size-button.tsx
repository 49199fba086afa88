import { Button } from "@mantine/core";
import { formatLengthUm } from "../../viewer/geometry/scale-bar-length.ts";
import type { EditorController } from "../editor-controller.ts";
import { maySayNucleusSize, sayNucleusSize, shownDiameterUm } from "./nucleus-size.ts";

/** Makes a measured length the width of the volume's nuclei; pressed while it is, and pressed again it is forgotten. */
export function NucleusSizeButton({ editor, lengthUm }: { editor: EditorController; lengthUm: number }) {
  const props = editor.props();
  if (!maySayNucleusSize(props)) return null;
  const isSaid = props.nucleusDiameterUm === shownDiameterUm(lengthUm);
  return (
    <Button
      size="compact-xs"
      variant={isSaid ? "filled" : "default"}
      style={{ flex: "none" }}
      aria-pressed={isSaid}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => void sayNucleusSize(editor, isSaid ? null : lengthUm)}
    >
      Nuclei are about this wide ({formatLengthUm(lengthUm)})
    </Button>
  );
}
