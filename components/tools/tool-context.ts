import type { ImageVoxels } from "../../core/edit/image-voxels.ts";
import type { EditAct, LabelDocument, LabelValue, Presence } from "../../core/edit/label-document.ts";
import type { PaintMask } from "../../core/edit/paint-mask.ts";
import type { BrushShape } from "../../core/edit/stroke.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import type { ViewStore } from "../viewer/viewer-contract.ts";
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

/** Everything a tool may see and do. Tools know no screen and no network. */
export interface ToolContext {
  readonly document: LabelDocument;
  readonly image: ImageVoxels;
  readonly view: ViewStore;
  readonly preview: PreviewLabels;
  settings(): ToolSettings;
  /** Where the nucleus list last saw a nucleus; null when it is too new. */
  knownBox(label: LabelValue): VoxelBox | null;
  /** Commits and reports a Problem to the person. */
  commit(act: EditAct): Promise<void>;
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
