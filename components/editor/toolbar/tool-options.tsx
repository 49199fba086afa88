import { Button, Group, Loader, SegmentedControl, Slider, Text } from "@mantine/core";
import type { PaintMask } from "../../../core/edit/paint-mask.ts";
import type { BrushShape } from "../../../core/edit/stroke.ts";
import type { ToolName } from "../../tools/create-tool.ts";
import { atStart, useNucleusName } from "../../ui/nucleus-names.tsx";
import { KeyMark } from "../../ui/shown-keys.tsx";
import styles from "../editor.module.css";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { cssOfRgb, rgbOfLabel } from "../layers/label-color.ts";
import { ModelNote } from "../segment/model-note.tsx";
import { SegmentBar } from "../segment/segment-bar.tsx";
import { ShapeBar } from "../shape/shape-bar.tsx";
import { useObservable } from "../use-observable.ts";
import { MeasureNote } from "../view/measure-note.tsx";
import { brushRadiusRange } from "./brush-radius.ts";

const hints: Readonly<Record<ToolName, string>> = {
  pick: "Click a nucleus to select it everywhere. Drag moves the crosshair, Space and drag pans, Ctrl and wheel zooms.",
  brush: "",
  eraser: "",
  outline: "Draw round the nucleus in one slice; let go to fill. Shift erases.",
  segment:
    "Click a nucleus to outline it in 3D, or draw a stroke through it; a second click adds, Alt + click takes away.",
  threshold: "Press inside a nucleus, drag right for less or left for more, let go to fill.",
  split: "Click one half of the nucleus, then the other; or draw a line across it.",
  merge: "Click the two nuclei that are one. Their card on the right can take them apart again.",
  measure: "Click both ends, or drag from one to the other; in any pane, across slices too. Pull an end to move it.",
  box: "Drag a rectangle in any pane, then pull its faces in the others. Choose what it means on the right.",
};

/** What the chosen tool can be set to, and what to do with it. */
export function ToolOptions({ editor }: { editor: EditorController }) {
  const tool = useObservable(editor.store, (state) => state.tool);
  const busy = useObservable(editor.store, (state) => state.busy);
  const filmPercent = useObservable(editor.store, (state) => state.filmPercent);
  const isMeasured = useObservable(editor.store, (state) => Boolean(state.measured?.toZyx));
  const isReshaping = useObservable(editor.store, (state) => state.reshape !== null);
  const isSegment = useObservable(editor.store, (state) => state.segment !== null);
  const isBrush = tool === "brush" || tool === "eraser";
  const isMasked = isBrush || tool === "outline" || tool === "threshold";
  return (
    <div className={styles.options} role="toolbar" aria-label="Tool options">
      {busy ? (
        <Group gap={8} wrap="nowrap" role="status">
          <Loader size={14} />
          <Text size="xs">{busy}</Text>
        </Group>
      ) : filmPercent !== null ? (
        <FilmBar editor={editor} percent={filmPercent} />
      ) : isSegment ? (
        <SegmentBar editor={editor} />
      ) : isReshaping ? (
        <ShapeBar editor={editor} />
      ) : (
        <>
          {isMasked && tool !== "eraser" && <PaintTarget editor={editor} />}
          {isBrush && <BrushOptions editor={editor} />}
          {tool === "segment" && <ModelNote editor={editor} />}
          {tool === "threshold" && <ReachOption editor={editor} />}
          {isMasked && <MaskOption editor={editor} tool={tool} />}
          {tool === "measure" && <MeasureNote editor={editor} />}
          {hints[tool] && !isMeasured && (
            <Text className={styles.hint} c="dimmed">
              {hints[tool]}
            </Text>
          )}
        </>
      )}
    </div>
  );
}

function FilmBar({ editor, percent }: { editor: EditorController; percent: number }) {
  return (
    <Group gap={8} wrap="nowrap" role="status" data-testid="film-bar">
      <Loader size={14} />
      <Text size="xs" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
        Filming the 3D view: {percent} %
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => editor.filming.stop()}
        rightSection={<KeyMark command="page.cancel" />}
      >
        Stop
      </Button>
    </Group>
  );
}

/** Which nucleus the paint goes to: the selected one, or a new one. */
function PaintTarget({ editor }: { editor: EditorController }) {
  const nameOf = useNucleusName();
  const label = useObservable(editor.view, (view) => view.selectedLabel);
  const proposal = useObservable(editor.store, (state) => state.proposal);
  return (
    <Group gap={6} wrap="nowrap">
      {label === 0 ? (
        <Text size="xs">{proposal ? `Takes over proposal ${proposal.label}` : "Paints a new nucleus"}</Text>
      ) : (
        <>
          <span className={styles.swatch} style={{ background: cssOfRgb(rgbOfLabel(label)) }} aria-hidden />
          <Text size="xs" data-testid="paint-target">
            {editor.numberOf(label) === null ? "New nucleus" : atStart(nameOf(label))}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => runCommand(editor, "nucleus.new")}
            rightSection={<KeyMark command="nucleus.new" />}
          >
            New
          </Button>
        </>
      )}
    </Group>
  );
}

function BrushOptions({ editor }: { editor: EditorController }) {
  const shape = useObservable(editor.store, (state) => state.brushShape);
  const radiusUm = useObservable(editor.store, (state) => state.radiusUm);
  const [low, high] = brushRadiusRange(editor.props().image);
  // Quadratic: small brushes need the finer steps.
  const toSlider = (radius: number) => Math.sqrt((radius - low) / (high - low)) * 100;
  const fromSlider = (at: number) => Number((low + (high - low) * (at / 100) ** 2).toPrecision(3));
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Brush shape"
        data={[
          { value: "disc", label: "Disc" },
          { value: "ball", label: "Ball" },
        ]}
        value={shape}
        onChange={(value) => editor.store.set({ brushShape: value as BrushShape })}
      />
      <Group gap={6} wrap="nowrap">
        <Text size="xs" w={84} style={{ fontVariantNumeric: "tabular-nums" }} data-testid="brush-size">
          ⌀ {Number((2 * radiusUm).toPrecision(3))} µm
        </Text>
        <Slider
          aria-label="Brush size"
          thumbLabel="Brush size"
          size="sm"
          w={110}
          min={0}
          max={100}
          step={0.5}
          label={null}
          value={toSlider(Math.min(high, Math.max(low, radiusUm)))}
          onChange={(at) => editor.store.set({ radiusUm: fromSlider(at) })}
        />
      </Group>
    </>
  );
}

function ReachOption({ editor }: { editor: EditorController }) {
  const reachUm = useObservable(editor.store, (state) => state.reachUm);
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="xs" w={96} style={{ fontVariantNumeric: "tabular-nums" }}>
        Reach {reachUm} µm
      </Text>
      <Slider
        aria-label="Reach of the fill"
        thumbLabel="Reach of the fill, µm"
        size="sm"
        w={100}
        min={2}
        max={60}
        step={1}
        label={null}
        value={reachUm}
        onChange={(value) => editor.store.set({ reachUm: value })}
      />
    </Group>
  );
}

const maskOptions: Readonly<Record<PaintMask, string>> = {
  background: "Over background",
  selected: "Inside selected",
  everything: "Over anything",
};

/** An eraser over background would do nothing, and a fill never runs over other nuclei: those choices are not offered. */
function MaskOption({ editor, tool }: { editor: EditorController; tool: ToolName }) {
  const mask = useObservable(editor.store, (state) => state.mask);
  const offered: readonly PaintMask[] =
    tool === "eraser"
      ? ["everything", "selected"]
      : tool === "threshold"
        ? ["background", "selected"]
        : ["background", "selected", "everything"];
  return (
    <SegmentedControl
      size="xs"
      style={{ flex: "none" }}
      aria-label="What may be painted over"
      data={offered.map((value) => ({
        value,
        label: tool === "eraser" && value === "everything" ? "Any nucleus" : maskOptions[value],
      }))}
      value={offered.includes(mask) ? mask : offered[0]}
      onChange={(value) => editor.store.set({ mask: value as PaintMask })}
    />
  );
}
