import { Button, Group, Loader, Slider, Text } from "@mantine/core";
import type { Reshape } from "../../../core/edit/shape/reshape-nucleus.ts";
import { KeyMark } from "../../ui/shown-keys.tsx";
import styles from "../editor.module.css";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";
import { amountStepUm, mostAmountUm } from "./shape-amounts.ts";
import { setAmountUm } from "./shape-commands.ts";
import { ThresholdAmount } from "./threshold-amount.tsx";

/** A button that leaves the focus on the page: the keys go on working. */
const keepFocus = { onMouseDown: (event: React.MouseEvent) => event.preventDefault() };

/** What is about to change on the selected nucleus: by how much, and whether it is kept. */
export function ShapeBar({ editor }: { editor: EditorController }) {
  const shown = useObservable(editor.store, (state) => state.reshape);
  if (!shown) return null;
  const { reshape, voxels } = shown;
  return (
    <Group className={styles.bar} role="status" data-testid="shape-bar">
      <Text size="xs" fw={600} style={{ whiteSpace: "nowrap" }}>
        {words[reshape.kind]}
      </Text>
      {reshape.kind === "threshold" && <ThresholdAmount editor={editor} reshape={reshape} />}
      {"amountUm" in reshape && <Amount editor={editor} amountUm={reshape.amountUm} />}
      {voxels ? (
        <Text size="xs" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
          {changeInWords(voxels)}
        </Text>
      ) : (
        <Loader size={14} aria-label="Working it out" />
      )}
      <Button
        size="compact-xs"
        disabled={!voxels}
        {...keepFocus}
        onClick={() => void editor.reshaping.keep()}
        rightSection={<KeyMark command="shape.keep" />}
      >
        Keep
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        {...keepFocus}
        onClick={() => editor.reshaping.drop()}
        rightSection={<KeyMark command="page.cancel" />}
      >
        Drop
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        disabled={!voxels}
        {...keepFocus}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          editor.reshaping.showBefore(true);
        }}
        onPointerUp={() => editor.reshaping.showBefore(false)}
        onPointerCancel={() => editor.reshaping.showBefore(false)}
      >
        Hold for before
      </Button>
    </Group>
  );
}

function Amount({ editor, amountUm }: { editor: EditorController; amountUm: number }) {
  const { image } = editor.props();
  const step = amountStepUm(image);
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="xs" w={64} style={{ fontVariantNumeric: "tabular-nums" }}>
        {amountUm} µm
      </Text>
      <Slider
        aria-label="Amount"
        thumbLabel="Amount, µm"
        size="sm"
        w={110}
        min={step}
        max={mostAmountUm(image)}
        step={step}
        label={null}
        value={amountUm}
        onChange={(value) => setAmountUm(editor, value)}
      />
    </Group>
  );
}

const words: Readonly<Record<Reshape["kind"], string>> = {
  interpolate: "Fill the gaps between its slices",
  "fill-holes": "Fill its holes",
  "keep-largest": "Keep its largest part",
  threshold: "Keep what is",
  smooth: "Smooth",
  grow: "Grow by",
  shrink: "Shrink by",
  "copy-slice": "Copy",
  extrude: "Extrude",
};

export function changeInWords({ painted, erased }: { readonly painted: number; readonly erased: number }): string {
  const parts = [
    ...(painted > 0 ? [`+${painted.toLocaleString("en")}`] : []),
    ...(erased > 0 ? [`−${erased.toLocaleString("en")}`] : []),
  ];
  return `${parts.join(" ")} ${painted + erased === 1 ? "voxel" : "voxels"}`;
}
