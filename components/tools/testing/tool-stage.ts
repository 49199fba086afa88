import type { ImageVoxels } from "../../../core/edit/image-voxels.ts";
import type { Presence } from "../../../core/edit/label-document.ts";
import { MemoryLabelDocument } from "../../../core/edit/testing/memory-label-document.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample, ViewState, ViewStore } from "../../viewer/viewer-contract.ts";
import { PreviewLabels } from "../preview-labels.ts";
import type { ToolContext, ToolMark, ToolMessage, ToolSettings } from "../tool-context.ts";

/** A document, a view and a record of everything that a tool says and shows: for the tests of tools. */
export function createToolStage(options: {
  shapeZyx: Zyx;
  voxelSizeZyx: Zyx;
  image: ImageVoxels;
  labelAt?: (z: number, y: number, x: number) => number;
  settings?: Partial<ToolSettings>;
  knownBox?: VoxelBox;
  loaded?: boolean;
}) {
  const document = new MemoryLabelDocument(options);
  const preview = new PreviewLabels(document);
  const view = createPlainViewStore();
  const messages: ToolMessage[] = [];
  const failures: unknown[] = [];
  const marks: { now: readonly ToolMark[] } = { now: [] };
  const strokes: Presence["stroke"][] = [];
  let draft: VoxelBox | null = null;
  const settings: ToolSettings = {
    brushShape: "disc",
    radiusUm: 2,
    mask: "everything",
    reachUm: 20,
    fillBound: "brightness",
    ...options.settings,
  };
  const context: ToolContext = {
    document,
    image: options.image,
    view,
    preview,
    settings: () => settings,
    knownDiameterUm: () => null,
    knownBox: () => options.knownBox ?? null,
    commit: (act) => document.commit(act),
    say: (message) => messages.push(message),
    fail: (error) => failures.push(error),
    showMarks(now) {
      marks.now = now;
    },
    draftBox: () => draft,
    setDraftBox(box) {
      draft = box;
    },
    shareStroke: (stroke) => strokes.push(stroke),
  };
  return { document, preview, view, context, messages, failures, marks, strokes, draft: () => draft };
}

export function createPlainViewStore(): ViewStore {
  let state: ViewState = {
    crosshairZyx: [0, 0, 0],
    zoom: 10,
    centerUmZyx: [0, 0, 0],
    flight: null,
    maximisedPane: null,
    channel: 0,
    channels: [{ contrast: [0, 1], gamma: 1, rgb: [255, 255, 255], overlaid: true }],
    together: false,
    contrast: [0, 1],
    gamma: 1,
    volumeRendering: "off",
    selectedLabel: 0,
    selectedProposal: 0,
  };
  const listeners = new Set<() => void>();
  const set = (change: Partial<ViewState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    set,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flyTo: (crosshairZyx) => set({ crosshairZyx }),
    fit: () => set({ zoom: 1 }),
    setPaneSize: () => {},
  };
}

export const sampleAt = (voxelZyx: Zyx, change: Partial<PointerSample> = {}): PointerSample => ({
  pane: "xy",
  voxelZyx,
  label: 0,
  proposal: 0,
  button: 0,
  buttons: 1,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  timeMs: 0,
  ...change,
});
