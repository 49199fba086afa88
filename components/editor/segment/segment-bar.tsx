import { Button, Group, Loader, Slider, Text } from "@mantine/core";
import type { ShownSegment } from "../../tools/segment/segmenting.ts";
import { KeyMark } from "../../ui/shown-keys.tsx";
import styles from "../editor.module.css";
import type { EditorController } from "../editor-controller.ts";
import { amountStepUm } from "../shape/shape-amounts.ts";
import { changeInWords } from "../shape/shape-bar.tsx";
import { useObservable } from "../use-observable.ts";
import { modelStateInWords } from "./model-note.tsx";
import { mostMoveUm, setMoveUm } from "./outline-move.ts";

/** A button that leaves the focus on the page: the keys go on working. */
const keepFocus = { onMouseDown: (event: React.MouseEvent) => event.preventDefault() };

/** The nucleus that clicks found: where its outline lies, and whether it is kept. */
export function SegmentBar({ editor }: { editor: EditorController }) {
  const shown = useObservable(editor.store, (state) => state.segment);
  const model = useObservable(editor.store, (state) => state.clickModel);
  if (!shown) return null;
  const { found } = shown;
  return (
    <Group className={styles.bar} role="status" data-testid="segment-bar">
      <Text size="xs" fw={600} style={{ whiteSpace: "nowrap" }}>
        {shown.isAnew ? "This nucleus anew" : shown.isOfProposal ? "This proposal anew" : "A new nucleus"}
      </Text>
      <Outline editor={editor} moveUm={shown.moveUm} />
      {found ? (
        <Text
          size="xs"
          style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
          data-testid="segment-size"
          data-by={found.by}
        >
          {found.painted + found.erased === 0 ? "no change" : changeInWords(found)}
        </Text>
      ) : (
        <Group gap={6} wrap="nowrap">
          <Loader size={14} aria-label="Working it out" />
          <Text size="xs" style={{ whiteSpace: "nowrap" }}>
            {model.kind === "ready" ? "" : modelStateInWords(model)}
          </Text>
        </Group>
      )}
      <Button
        size="compact-xs"
        style={{ flex: "none" }}
        {...keepFocus}
        onClick={() => void editor.segmenting.keep()}
        rightSection={<KeyMark command="shape.keep" />}
      >
        Keep
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        style={{ flex: "none" }}
        {...keepFocus}
        onClick={() => editor.segmenting.drop()}
        rightSection={<KeyMark command="page.cancel" />}
      >
        Drop
      </Button>
      <Text className={styles.hint} c="dimmed">
        {noteOf(found)}
      </Text>
    </Group>
  );
}

function noteOf(found: ShownSegment["found"]): string {
  if (found?.isCut) return "It goes on beyond what the model looks at: click farther along, or keep it and paint on.";
  if (found?.by === "edges") return "No model saw this nucleus: it is outlined by its edges.";
  return "Click adds, Alt + click takes away.";
}

/** Where people draw lies inside or outside of where the model does: set once, it holds for the nuclei after it. */
function Outline({ editor, moveUm }: { editor: EditorController; moveUm: number }) {
  const most = mostMoveUm(editor);
  return (
    <Group gap={6} wrap="nowrap" style={{ flex: "none" }}>
      <Text size="xs" w={108} style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
        Outline {moveUm > 0 ? "+" : moveUm < 0 ? "−" : "±"}
        {Math.abs(moveUm)} µm
      </Text>
      <Slider
        aria-label="Outline"
        thumbLabel="Outline farther out or in, µm"
        size="sm"
        w={100}
        min={-most}
        max={most}
        step={amountStepUm(editor.props().image)}
        label={null}
        value={moveUm}
        onChange={(value) => setMoveUm(editor, value)}
      />
    </Group>
  );
}
