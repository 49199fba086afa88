import type { ImageVoxels } from "../../../core/edit/image-voxels.ts";
import type { Presence } from "../../../core/edit/label-document.ts";
import { MemoryLabelDocument } from "../../../core/edit/testing/memory-label-document.ts";
import { type VoxelBox, type VoxelSpace, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { ClickModel } from "../../segmenter/click-model.ts";
import type { PointerSample, ViewState, ViewStore } from "../../viewer/viewer-contract.ts";
import type { Measured } from "../measure/measured.ts";
import { PreviewLabels } from "../preview-labels.ts";
import { Segmenting, type ShownSegment } from "../segment/segmenting.ts";
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
  let measured: Measured | null = null;
  const settings: ToolSettings = {
    brushShape: "disc",
    radiusUm: 2,
    mask: "everything",
    reachUm: 20,
    ...options.settings,
  };
  const context: ToolContext = {
    document,
    image: options.image,
    view,
    preview,
    settings: () => settings,
    knownBox: () => options.knownBox ?? null,
    commit: (act) => document.commit(act),
    nameOf: (label) => `nucleus ${label}`,
    proposalInFocus: () => null,
    proposalUnder: () => 0,
    findProposal: async () => null,
    takeOver: async () => {},
    correctBy: async () => {},
    taking: () => null,
    say: (message) => messages.push(message),
    fail: (error) => failures.push(error),
    showMarks(now) {
      marks.now = now;
    },
    measured: () => measured,
    showMeasured(now) {
      measured = now;
    },
    draftBox: () => draft,
    setDraftBox(box) {
      draft = box;
    },
    shareStroke: (stroke) => strokes.push(stroke),
  };
  const shown: { now: ShownSegment | null } = { now: null };
  const segmenting = new Segmenting(context, ballsAtClicks(document), (now) => {
    shown.now = now;
  });
  return {
    document,
    preview,
    view,
    context,
    segmenting,
    shown,
    messages,
    failures,
    marks,
    strokes,
    draft: () => draft,
  };
}

/** Of the balls that `ballsAtClicks` finds, µm. */
export const BALL_UM = 4;

/** Finds balls round the clicks inside, but where it is nearer to one outside, and never what is forbidden: no network is needed to try a tool. */
export const ballsAtClicks = ({ shapeZyx, voxelSizeZyx }: VoxelSpace): Pick<ClickModel, "find" | "prepare"> => ({
  prepare: async () => null,
  async find({ clicks, moveUm, readForbidden }, signal) {
    const box = wholeBox(shapeZyx);
    const forbidden = await readForbidden(box, signal);
    signal.throwIfAborted();
    const nucleus = new Uint8Array(forbidden.length);
    const nearest = (isInside: boolean, at: Zyx) =>
      Math.min(
        ...clicks
          .filter((click) => click.isInside === isInside)
          .map(({ voxelZyx }) => Math.hypot(...voxelZyx.map((place, axis) => (place - at[axis]) * voxelSizeZyx[axis]))),
      );
    let i = 0;
    for (let z = 0; z < shapeZyx[0]; z++)
      for (let y = 0; y < shapeZyx[1]; y++)
        for (let x = 0; x < shapeZyx[2]; x++, i++) {
          const inside = nearest(true, [z, y, x]);
          nucleus[i] = Number(inside <= BALL_UM + moveUm && inside <= nearest(false, [z, y, x]) && !forbidden[i]);
        }
    return { box, nucleus, by: "model", isCut: false, look: null };
  },
});

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
    scene: {
      clip: null,
      slab: { isOn: false, plane: "xy", thicknessUm: 10 },
      showsSlices: false,
      isIsolated: false,
    },
    projection: { isOn: false, thicknessUm: 10 },
    miniMap: true,
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
