import { Button, Text } from "@mantine/core";
import { formatLengthUm } from "../../viewer/geometry/scale-bar-length.ts";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { maySayNucleusSize, sayNucleusSize } from "./nucleus-size.ts";

/** How wide nuclei are, for the model, and who says so. */
export function NucleusSizeChoice({ editor }: { editor: EditorController }) {
  const props = editor.props();
  const saidUm = props.nucleusDiameterUm;
  return (
    <>
      <Text size="xs" data-testid="nucleus-size">
        {saidUm === null
          ? "As wide as the model and the image say."
          : `Nuclei: ${formatLengthUm(saidUm)} wide, as set here.`}
      </Text>
      {maySayNucleusSize(props) && (
        <Button
          size="compact-xs"
          variant="default"
          style={{ alignSelf: "flex-start" }}
          onClick={() => (saidUm === null ? runCommand(editor, "tool.measure") : void sayNucleusSize(editor, null))}
        >
          {saidUm === null ? "Measure one across" : "Forget it"}
        </Button>
      )}
    </>
  );
}
