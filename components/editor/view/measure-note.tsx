import { Button, Text } from "@mantine/core";
import { measuredUm } from "../../tools/measure/measured.ts";
import { KeyMark } from "../../ui/shown-keys.tsx";
import { formatLengthUm } from "../../viewer/geometry/scale-bar-length.ts";
import type { EditorController } from "../editor-controller.ts";
import { NucleusSizeButton } from "../nucleus-size/nucleus-size-button.tsx";
import { useObservable } from "../use-observable.ts";

/** What is measured, in numbers. */
export function MeasureNote({ editor }: { editor: EditorController }) {
  const measured = useObservable(editor.store, (state) => state.measured);
  if (!measured?.toZyx) return null;
  const { lengthUm, alongUmZyx } = measuredUm(measured.fromZyx, measured.toZyx, editor.props().image);
  const [z, y, x] = alongUmZyx.map(formatLengthUm);
  return (
    <>
      <Text size="xs" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }} data-testid="measured">
        <strong>{formatLengthUm(lengthUm)}</strong> (x {x}, y {y}, z {z})
      </Text>
      <NucleusSizeButton editor={editor} lengthUm={lengthUm} />
      <Button
        size="compact-xs"
        variant="default"
        style={{ flex: "none" }}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => editor.store.set({ measured: null })}
        rightSection={<KeyMark command="page.cancel" />}
      >
        Clear
      </Button>
    </>
  );
}
