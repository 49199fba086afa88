import type { SnapshotManifest } from "../../../../core/contract/snapshot-manifest.ts";
import type { FullMorphometry } from "../../../../core/morphometry/tools/measure-fully.ts";
import type { ProblemFields } from "../../../../core/problem.ts";
import type { Environment } from "../../../env.ts";
import type { DatasetDescription } from "../../frozen/dataset-description.ts";
import type { ListedPart } from "../../zip/stored-lists.ts";

/** What the server asks of its freezing process: one task at a time. */
export interface MeasureTask {
  readonly kind: "measure";
  readonly environment: BlobEnvironment;
  readonly versionId: string;
  readonly snapshotId: string;
  readonly manifest: SnapshotManifest;
  /** An existing folder that whoever asks removes. */
  readonly scratchFolder: string;
}

export interface CheckTask {
  readonly kind: "check";
  readonly environment: BlobEnvironment;
  readonly description: DatasetDescription;
}

/** Reads every file of these parts, and writes their sizes and digests down beside the version. */
export interface PackTask {
  readonly kind: "pack";
  readonly environment: BlobEnvironment;
  readonly description: DatasetDescription;
  readonly parts: readonly ListedPart[];
}

export type FreezeTask = MeasureTask | CheckTask | PackTask;
export type BlobEnvironment = Pick<Environment, "dataRoot" | "s3">;

/** What is known and measured of one volume. */
export interface MeasuredVolume {
  /** Voxels whose truth is known, as share of the volume. */
  readonly knownShare: number;
  /** Finished nuclei, ascending labels. */
  readonly shapes: readonly FullMorphometry[];
}

/** Progress any number of times, then one of the others. */
export type FreezeReport =
  | { readonly kind: "progress"; readonly done: number }
  | { readonly kind: "measured"; readonly measured: MeasuredVolume }
  | { readonly kind: "checked" }
  | { readonly kind: "packed" }
  | { readonly kind: "failed"; readonly problem: ProblemFields };
