import type { ImageVoxels } from "../../core/edit/image-voxels.ts";
import type { EditAct, LabelDocument, LabelValue, Presence } from "../../core/edit/label-document.ts";
import type { PaintMask } from "../../core/edit/paint-mask.ts";
import type { JudgedProposal } from "../../core/edit/review-acts.ts";
import type { BrushShape } from "../../core/edit/stroke.ts";
import type { BuildAct } from "../../core/edit/take-over.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import type { PointerSample, ViewStore } from "../viewer/viewer-contract.ts";
import type { Measured } from "./measure/measured.ts";
import type { PreviewLabels } from "./preview-labels.ts";

export interface ToolSettings {
  readonly brushShape: BrushShape;
  readonly radiusUm: number;
  readonly mask: PaintMask;
  /** A threshold fill stays within this distance of the click. */
  readonly reachUm: number;
}

export interface ToolMessage {
  readonly tone: "info" | "warning" | "error";
  readonly text: string;
}

/** Marks of a gesture with several clicks. */
export interface ToolMark {
  readonly voxelZyx: Zyx;
  readonly text: string;
}

/** A proposal that an act is on. `found`: null where somebody has judged it meanwhile. */
export interface MeantProposal {
  readonly label: LabelValue;
  readonly found: Promise<JudgedProposal | null>;
}

/** Everything a tool may see and do. Tools know no screen and no network. */
export interface ToolContext {
  readonly document: LabelDocument;
  readonly image: ImageVoxels;
  readonly view: ViewStore;
  readonly preview: PreviewLabels;
  settings(): ToolSettings;
  /** Where the nucleus list last saw a nucleus; null when it is too new. */
  knownBox(label: LabelValue): VoxelBox | null;
  /** "nucleus 12": by its number, which is not its label. */
  nameOf(label: LabelValue): string;
  /** Commits and reports a Problem to the person. */
  commit(act: EditAct): Promise<void>;
  /** The proposal that is worked on; no nucleus is then. */
  proposalInFocus(): JudgedProposal | null;
  /** The label of the open and visible proposal there; 0: there is none. */
  proposalUnder(sample: PointerSample): LabelValue;
  /** Null where somebody has judged it. */
  findProposal(label: LabelValue): Promise<JudgedProposal | null>;
  /**
   * Takes proposals over and goes on with them, as one act, told to the queue; what comes of the first is then worked on.
   * Throws a Problem where one of them is judged already.
   */
  takeOver(meant: readonly MeantProposal[], build: BuildAct): Promise<void>;
  /** Commits what was made in the place of a proposal, as its correction. */
  correctBy(meant: MeantProposal, act: EditAct): Promise<void>;
  /** While a proposal is being taken over: it is worked on already, and whoever changes labels waits for `done`. */
  taking(): { readonly label: LabelValue; readonly done: Promise<void> } | null;
  say(message: ToolMessage): void;
  /** Reports whatever was thrown. */
  fail(error: unknown): void;
  showMarks(marks: readonly ToolMark[]): void;
  measured(): Measured | null;
  showMeasured(measured: Measured | null): void;
  draftBox(): VoxelBox | null;
  setDraftBox(box: VoxelBox | null): void;
  /** Stroke in progress, for the others; null at its end. */
  shareStroke(stroke: Presence["stroke"]): void;
}
