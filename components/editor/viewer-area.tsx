import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import { type Measured, measuredUm } from "../tools/measure/measured.ts";
import { formatLengthUm } from "../viewer/geometry/scale-bar-length.ts";
import { VolumeViewer } from "../viewer/view/volume-viewer.tsx";
import type { PaneId, ViewerOverlays } from "../viewer/viewer-contract.ts";
import styles from "./editor.module.css";
import type { EditorProps } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";
import { labelLayer, proposalLayer } from "./layers/label-layers.ts";
import { shownBoxes } from "./layers/shown-boxes.ts";
import { EditorNotices } from "./notices/editor-notices.tsx";
import { PastBanner } from "./notices/past-banner.tsx";
import { maySayNucleusSize, measuredBall } from "./nucleus-size/nucleus-size.ts";
import { useBrushWheel } from "./toolbar/use-brush-wheel.ts";
import { useCanEdit } from "./use-can-edit.ts";
import { useObservable } from "./use-observable.ts";

const MARK_COLOR = "#ffd43b";

/** The viewer with the layers, overlays and the tool of the moment. */
export function ViewerArea({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const { document, proposals, classes, image } = props;
  const state = useObservable(editor.store, (all) => all);
  const canEdit = useCanEdit(document);
  const area = useRef<HTMLElement>(null);
  useBrushWheel(editor, area);
  const nucleiRevision = useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.nucleiRevision,
    () => 0,
  );
  const peers = useSyncExternalStore(
    (listener) => document.onPeersChanged(listener),
    () => document.peers(),
    () => document.peers(),
  );
  const { coloring, hiddenStatuses, labelsVisible, labelOpacity, outlinesOnly, proposalsVisible, proposalOpacity } =
    state;
  const { past } = state;
  const nameOf = useCallback((label: LabelValue) => editor.nameOf(label), [editor]);
  const styleRevision = useStyleRevision([nucleiRevision, coloring, hiddenStatuses, classes, state.past]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the state, only what the layers are drawn by
  const layers = useMemo(
    () =>
      past
        ? [{ ...labelLayer(past.nuclei, past.source, state, classes, styleRevision), nameOf }]
        : [
            { ...labelLayer(document, editor.preview, state, classes, styleRevision), nameOf },
            ...(proposals ? [proposalLayer(document, proposals, state, styleRevision)] : []),
          ],
    [
      editor,
      document,
      proposals,
      past,
      nameOf,
      styleRevision,
      labelsVisible,
      labelOpacity,
      outlinesOnly,
      proposalsVisible,
      proposalOpacity,
    ],
  );
  const { draftBox, changedBox, selectedBoxId, marks, measured, threadId } = state;
  const { pins, taskBox, nucleusDiameterUm } = props;
  const maySay = maySayNucleusSize(props);
  const boxes = props.boxes.data;
  const overlays: ViewerOverlays = useMemo(
    () => ({
      boxes: shownBoxes(boxes ?? [], { draftBox, changedBox, selectedBoxId }, taskBox),
      peers,
      points: marks.map(({ voxelZyx, text }) => ({ voxelZyx, text, color: MARK_COLOR })),
      measured: measured && {
        ...measured,
        text: lengthText(measured, image),
        ball: maySay ? measuredBall(measured, image, nucleusDiameterUm) : null,
      },
      pins: pins.map((pin) => ({ ...pin, isSelected: pin.id === threadId })),
    }),
    [
      boxes,
      taskBox,
      draftBox,
      changedBox,
      selectedBoxId,
      marks,
      measured,
      maySay,
      nucleusDiameterUm,
      image,
      peers,
      pins,
      threadId,
    ],
  );
  return (
    <main
      ref={area}
      className={styles.viewer}
      data-readonly={!canEdit || past !== null || undefined}
      data-tour="panes"
      aria-label="Volume"
      onPointerOver={({ target }) => {
        const pane = (target as Element).closest<HTMLElement>("[data-pane]")?.dataset.pane;
        editor.pane = (pane as PaneId | undefined) ?? null;
      }}
    >
      <VolumeViewer
        image={image}
        layers={layers}
        view={editor.view}
        tool={editor.tool(past || state.reshape ? "pick" : state.tool)}
        overlays={overlays}
        onHover={(sample) => {
          editor.hovered = sample;
          document.setPresence({ cursorZyx: sample?.voxelZyx ?? null, pane: sample?.pane ?? null });
        }}
        onPick={(sample) => editor.pick(sample)}
        onOpen={(viewer) => {
          editor.viewer = viewer;
        }}
      />
      {past && <PastBanner past={past} onNow={() => editor.store.set({ past: null })} />}
      <EditorNotices editor={editor} />
    </main>
  );
}

const lengthText = ({ fromZyx, toZyx }: Measured, space: VoxelSpace): string =>
  toZyx ? formatLengthUm(measuredUm(fromZyx, toZyx, space).lengthUm) : "";

/** A number that changes whenever one of the things that colours depend on does. */
function useStyleRevision(causes: readonly unknown[]): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list of causes is the list of dependencies
  return useMemo(() => ++lastStyleRevision, causes);
}

let lastStyleRevision = 0;
