import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import type { PairAgreement } from "./compare-annotators.ts";

/** One nucleus of a study, as its annotators see it. */
export interface StudyNucleus {
  /** Number of the layer -> its label there, 0 where that annotator has none. */
  readonly labels: readonly number[];
  /** How many have it. */
  readonly votes: number;
  /** Voxels of the volume, of all who have it. */
  readonly centroidZyx: Zyx;
  /** Half-open, voxels of the volume. */
  readonly box: VoxelBox;
  /** Of all its voxels, the mean share of pairs of annotators who say another thing there; 0…1. */
  readonly disagreement: number;
  /** Classes that were named, each once. */
  readonly classes: readonly string[];
}

/** Two layers by their numbers. */
export interface ComparedPair extends PairAgreement {
  readonly first: number;
  readonly second: number;
}

/** What is left of the map of disagreement: its maximum along z, thinned. */
export interface DisagreementView {
  readonly rows: number;
  readonly columns: number;
  /** Voxels of the volume per step, y and x. */
  readonly stepYx: readonly [number, number];
  /** Row-major, per cent. */
  readonly percent: readonly number[];
}

/** What a comparison of layers comes to. People are numbers here: the order of the layers says nothing of who they are. */
export interface StudyResult {
  readonly annotators: number;
  readonly box: VoxelBox;
  /** Nuclei of each layer inside of the box. */
  readonly nuclei: readonly number[];
  readonly pairs: readonly ComparedPair[];
  /** Fleiss' kappa over nuclei that somebody has: present or absent. */
  readonly kappa: number | null;
  /** Krippendorff's alpha over classes. */
  readonly alpha: number | null;
  readonly clusters: readonly StudyNucleus[];
  readonly view: DisagreementView;
  /** The model against each layer; null where nothing was proposed in the box. */
  readonly model: readonly PairAgreement[] | null;
}

/** Smallest, mean and largest, of pairs that have the figure; null where none has. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return {
    min: Math.min(...known),
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    max: Math.max(...known),
  };
}

/** k -> how many nuclei k of the annotators have; index 0 is unused. */
export function votesOf({ annotators, clusters }: StudyResult): number[] {
  const counts = new Array<number>(annotators + 1).fill(0);
  for (const { votes } of clusters) counts[votes]++;
  return counts;
}
