import type { LabelValue } from "../../core/edit/label-document.ts";
import type { PaintMask } from "../../core/edit/paint-mask.ts";
import type { BrushShape } from "../../core/edit/stroke.ts";
import type { LabelStatus } from "../../core/labels/label-status.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { ClickModelState } from "../segmenter/click-model.ts";
import type { ToolName } from "../tools/create-tool.ts";
import type { Measured } from "../tools/measure/measured.ts";
import type { ShownReshape } from "../tools/reshape/reshaping.ts";
import type { ShownSegment } from "../tools/segment/segmenting.ts";
import type { ToolMark } from "../tools/tool-context.ts";
import type { CommentDraft, EditorBox, PastView, ProposalRef } from "./editor-contract.ts";
import { ObservableState } from "./observable.ts";
import type { CrossedEdit } from "./own-work/crossed-edits.ts";

export const panelTabs = ["nuclei", "queue", "comments", "boxes", "history", "view"] as const;

export type PanelTab = (typeof panelTabs)[number];

export const colorings = ["nucleus", "status", "class"] as const;

export type Coloring = (typeof colorings)[number];

/** What a person sets up for hours of work: kept in the browser. */
export interface EditorPreferences {
  readonly brushShape: BrushShape;
  readonly radiusUm: number;
  readonly mask: PaintMask;
  readonly reachUm: number;
  readonly labelsVisible: boolean;
  /** 0…1 */
  readonly labelOpacity: number;
  readonly outlinesOnly: boolean;
  readonly proposalsVisible: boolean;
  readonly proposalOpacity: number;
  readonly hiddenStatuses: readonly LabelStatus[];
  readonly coloring: Coloring;
  /** The panes have the whole width. */
  readonly panelHidden: boolean;
}

/** What lies over the page. */
export type EditorSheet = "help" | "keys" | "palette";

export interface EditorState extends EditorPreferences {
  readonly tool: ToolName;
  readonly tab: PanelTab;
  readonly sheet: EditorSheet | null;
  /** Of the tour over the page, from 0; null: it is not on. */
  readonly tourStep: number | null;
  /** What is being waited for, in words. */
  readonly busy: string | null;
  readonly marks: readonly ToolMark[];
  /** A distance, as long as the tool that measures is in hand. */
  readonly measured: Measured | null;
  /** How far a film of the 3D view is; null while none is made. */
  readonly filmPercent: number | null;
  /** A change of shape that is shown and not kept yet. */
  readonly reshape: ShownReshape | null;
  /** A nucleus that clicks found and nobody has kept yet. */
  readonly segment: ShownSegment | null;
  readonly clickModel: ClickModelState;
  readonly draftBox: VoxelBox | null;
  /** The saved box that the draft is to take the place of; null for a new one. */
  readonly changedBox: EditorBox | null;
  readonly selectedBoxId: string | null;
  /** What accept, correct and reject act on. */
  readonly proposal: ProposalRef | null;
  readonly followedClientId: number | null;
  /** The nucleus whose history was asked for last; another object each time. */
  readonly historyOf: { readonly label: LabelValue } | null;
  /** The conversation whose pin was clicked, or that a link led to. */
  readonly threadId: string | null;
  /** Where a new comment would be; null: nobody has asked to write one. */
  readonly commentDraft: CommentDraft | null;
  /** Deletions that crossed with somebody's paint, the first shown. */
  readonly crossed: readonly CrossedEdit[];
  /** The panes show the labels as they were then, and nothing can be changed. */
  readonly past: PastView | null;
}

export const defaultPreferences: EditorPreferences = {
  brushShape: "disc",
  radiusUm: 2,
  mask: "background",
  reachUm: 12,
  labelsVisible: true,
  labelOpacity: 0.45,
  outlinesOnly: false,
  proposalsVisible: true,
  proposalOpacity: 0.4,
  hiddenStatuses: ["rejected"],
  coloring: "nucleus",
  panelHidden: false,
};

export type EditorStore = ObservableState<EditorState>;

export const createEditorStore = (preferences: Partial<EditorPreferences>): EditorStore =>
  new ObservableState<EditorState>({
    ...defaultPreferences,
    ...preferences,
    tool: "pick",
    tab: "nuclei",
    sheet: null,
    tourStep: null,
    busy: null,
    marks: [],
    measured: null,
    filmPercent: null,
    reshape: null,
    segment: null,
    clickModel: { kind: "asleep" },
    draftBox: null,
    changedBox: null,
    selectedBoxId: null,
    proposal: null,
    followedClientId: null,
    historyOf: null,
    threadId: null,
    commentDraft: null,
    crossed: [],
    past: null,
  });
