import type { PredictedInstance } from "../../contract/predicted-instance.ts";
import type { VoxelBox, VoxelSpace } from "../../volume/voxel-space.ts";
import type { RandomStream } from "../random-stream.ts";

/** What an annotator is asked about next. */
export type Question =
  | { readonly kind: "object"; readonly volume: number; readonly id: number }
  | { readonly kind: "region"; readonly volume: number; readonly box: VoxelBox };

/** A proposal or candidate that may be asked about: not cut by the border. */
export interface PoolObject {
  /** Index of its volume in the pool. */
  readonly volume: number;
  readonly instance: PredictedInstance;
}

/** What an arm may know. Nothing in it comes from the truth of what has not been asked. */
export interface SeenByArm {
  readonly objects: readonly PoolObject[];
  /** Proposals and candidates (their ids) together with what is labelled (not 0). */
  readonly volumes: readonly (VoxelSpace & { readonly segmentation: Uint32Array })[];
  /** About how large nuclei are; regions are twice as wide. */
  readonly diameterUm: number;
  /** The study's questions before this round, as the product counts them. */
  readonly askedBefore: number;
  /** Of the study's rounds, from 0. */
  readonly round: number;
  readonly random: RandomStream;
}

/** Only arms that say so are shown it. */
export interface SeenTruth {
  /** Of each object of the pool: 1 − its largest IoU with a nucleus that is not labelled yet. */
  readonly errors: readonly number[];
  readonly volumes: readonly Uint32Array[];
}

export type Arm = { readonly words: string } & (
  | { readonly seesTruth: false; ask(seen: SeenByArm): Iterable<Question> }
  | { readonly seesTruth: true; ask(seen: SeenByArm, truth: SeenTruth): Iterable<Question> }
);

export const askAbout = ({ volume, instance }: PoolObject): Question => ({ kind: "object", volume, id: instance.id });
