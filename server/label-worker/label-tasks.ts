import type { SnapshotManifest } from "../../core/contract/snapshot-manifest.ts";
import type { PlantSource } from "../../core/vigilance/choose-plants.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import type { FrozenState } from "../collab/frozen/frozen-labels.ts";
import type { PlannedAct } from "../collab/frozen/plan-over-background.ts";
import type { Environment } from "../env.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";

/** What the server asks of its label process. Each task writes below names of its own, so that it may be done again. */
interface LabelsTask {
  readonly environment: Pick<Environment, "dataRoot" | "s3">;
  readonly frozen: FrozenState;
}

interface TaskOfVolume extends LabelsTask {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
}

/** A proposal of an earlier prediction whose voxels still matter. */
export interface EarlierProposal {
  readonly labelValue: number;
  readonly box: VoxelBox;
  readonly voxels: number;
  readonly blobPrefix: string;
}

/** What a training needs of the proposals. */
export interface ProposalsToFreeze {
  readonly currentPrefix: string | null;
  readonly undecided: readonly number[];
  readonly rejected: readonly EarlierProposal[];
}

export interface FreezeTask extends TaskOfVolume {
  readonly kind: "freeze";
  /** Of the volume in its snapshot; ends in `/`. */
  readonly folder: string;
  /** Not finished, whatever their status: somebody is looking at them, or they were planted. */
  readonly unfinishedLabels: readonly number[];
  /** Only these count as finished; null: all that people accepted. */
  readonly approvedLabels: readonly number[] | null;
  readonly proposals: ProposalsToFreeze | null;
  /** The same volume in a snapshot before, which chunks are shared with; `isSame`: no label has changed since. */
  readonly earlier: { readonly folder: string; readonly isSame: boolean } | null;
}

/** Where a prediction lies: bricks that a trainer sent, or a label image that was imported. */
export type PredictedBricks =
  | { readonly kind: "bricks"; readonly folder: string }
  | { readonly kind: "image"; readonly prefix: string };

export interface PlantTask {
  readonly count: number;
  /** Predicted ids whose shapes may be used. */
  readonly sources: readonly PlantSource[];
  /** Of the volume's image. */
  readonly imagePrefix: string;
  /** The task may be done again, and must come to the same. */
  readonly seed: string;
}

export interface ComposeTask extends TaskOfVolume {
  readonly kind: "compose";
  readonly predicted: PredictedBricks;
  readonly predictedKeys: readonly BrickKey[];
  /** Predicted id -> voxels. */
  readonly predictedVoxels: ReadonlyMap<number, number>;
  readonly held: readonly EarlierProposal[];
  readonly rejected: readonly EarlierProposal[];
  /** The first of as many label values as there are predicted ids and plants together. */
  readonly firstLabel: number;
  /** Wrong proposals to be made up among them; null: none. */
  readonly plants: PlantTask | null;
  readonly prefix: string;
}

/** What an import paints into a volume that people have painted in: over background only. */
export interface PlanTask extends LabelsTask {
  readonly kind: "plan";
  /** Label image of the import. */
  readonly prefix: string;
  readonly brickKeys: readonly BrickKey[];
  /** Its labels and their values in the volume, in turn. */
  readonly names: Uint32Array;
}

export type LabelTask = FreezeTask | ComposeTask | PlanTask;

export interface FrozenImage {
  readonly kind: "freeze";
  readonly nuclei: SnapshotManifest["nuclei"];
}

export interface ComposedImage {
  readonly kind: "compose";
  /** Predicted id -> where it lies under which label value. */
  readonly extentOf: ReadonlyMap<number, LabelExtent>;
  readonly suppressed: ReadonlySet<number>;
  /** Where each plant lies, and which predicted id has its shape. */
  readonly planted: readonly { readonly sourceId: number; readonly extent: LabelExtent }[];
}

export interface PlannedActs {
  readonly kind: "plan";
  readonly acts: readonly PlannedAct[];
}

export type LabelAnswer = FrozenImage | ComposedImage | PlannedActs;
