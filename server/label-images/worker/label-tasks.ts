import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { FrozenState } from "../../collab/frozen-labels.ts";
import type { Environment } from "../../env.ts";
import type { LabelExtent } from "../../ingest/labels/label-statistics.ts";
import type { EarlierProposal } from "../../proposals/held-and-rejected.ts";

/** What the server asks of its label process. Each task writes below prefixes of its own, so that it may be done again. */
interface TaskOfVolume {
  readonly environment: Pick<Environment, "dataRoot" | "s3">;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly frozen: FrozenState;
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
  /** Somebody is looking at them: not finished. */
  readonly claimedLabels: readonly number[];
  readonly proposals: ProposalsToFreeze | null;
  /** The same volume in a snapshot before, which chunks are shared with; `isSame`: no label has changed since. */
  readonly earlier: { readonly folder: string; readonly isSame: boolean } | null;
}

/** Where a prediction lies: bricks that a trainer sent, or a label image that was imported. */
export type PredictedBricks =
  | { readonly kind: "bricks"; readonly folder: string }
  | { readonly kind: "image"; readonly prefix: string };

export interface ComposeTask extends TaskOfVolume {
  readonly kind: "compose";
  readonly predicted: PredictedBricks;
  readonly predictedKeys: readonly BrickKey[];
  /** Predicted id -> voxels. */
  readonly predictedVoxels: ReadonlyMap<number, number>;
  readonly held: readonly EarlierProposal[];
  readonly rejected: readonly EarlierProposal[];
  /** The first of as many label values as there are predicted ids. */
  readonly firstLabel: number;
  readonly prefix: string;
}

export type LabelTask = FreezeTask | ComposeTask;

export interface FrozenImage {
  readonly kind: "freeze";
  readonly nuclei: SnapshotManifest["nuclei"];
}

export interface ComposedImage {
  readonly kind: "compose";
  /** Predicted id -> where it lies under which label value. */
  readonly extentOf: ReadonlyMap<number, LabelExtent>;
  readonly suppressed: ReadonlySet<number>;
}

export type LabelAnswer = FrozenImage | ComposedImage;
