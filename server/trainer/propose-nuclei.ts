import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { moveOutlines } from "../../core/labels/move-outlines.ts";
import { findObjects, type LabelObject } from "../../core/labels/object-boxes.ts";
import { normalisedEntropy } from "../../core/query/boundary-doubt.ts";
import { findMissedCandidates } from "../../core/query/missed-candidates.ts";
import { scoreNuclei } from "../../core/query/score-nuclei.ts";
import type { VoxelSpace, Zyx } from "../../core/volume/voxel-space.ts";
import type { Sight } from "./canonical-size.ts";
import { segmentInstances } from "./instances.ts";
import type { Predictor } from "./model/predictor.ts";
import { bestMoves, medianMove } from "./outline-convention.ts";
import { countPasses, MeanMaps, type ProbabilityMaps, predictSymmetries } from "./predict.ts";
import { shapesOf } from "./shapes-of.ts";

export interface ProposingModel {
  readonly predictor: Predictor;
  readonly sight: Sight;
  /** How far the team's outlines lie outside (+) or inside (−) of the model's; null where it does not know. */
  readonly outlineUm: number | null;
  /** Moves of labelled nuclei of the volumes before (outline-convention.ts); this volume's are added. */
  readonly moves: number[];
  readonly maxTileVoxels: number;
}

export interface VolumeToPropose extends VoxelSpace {
  readonly image: Float32Array;
  /** Everything that annotators have labelled, finished or not; nothing is proposed there. */
  readonly labelled: Uint32Array;
  /** Accepted and corrected nuclei among them. */
  readonly labels: Uint32Array;
}

export interface ProposedNuclei {
  /** Instance ids 1…n: nuclei first, candidates after them. */
  readonly labels: Uint32Array;
  readonly instances: readonly PredictedInstance[];
  /** By which the outlines were moved. */
  readonly outlineUm: number | null;
}

/** Nuclei of a volume where nobody has labelled, each with its doubt, and places where one may have been missed. */
export async function proposeNuclei(
  model: ProposingModel,
  volume: VolumeToPropose,
  hooks: { onProgress(share: number): void; signal: AbortSignal },
): Promise<ProposedNuclei> {
  const { shapeZyx, voxelSizeZyx, labelled } = volume;
  const forbidden = Uint8Array.from(labelled, (label) => (label === 0 ? 0 : 1));
  const { sideUm, thresholds } = model.sight;
  const passes = countPasses(volume, { sideUm });
  const mean = new MeanMaps();
  const passLabels: Uint32Array[] = [];
  for await (const { maps } of predictSymmetries(model.predictor, volume.image, volume, {
    sideUm,
    maxTileVoxels: model.maxTileVoxels,
    signal: hooks.signal,
    onTile: (done, total) => hooks.onProgress((passLabels.length + done / total) / (passes + 1)),
  })) {
    mean.add(maps);
    passLabels.push(segmentInstances(maps, volume, thresholds, forbidden));
  }
  const maps = mean.mean();
  const found = segmentInstances(maps, volume, thresholds, forbidden);
  const outlineUm = model.outlineUm ?? learnOutline(model, maps, volume);
  const labels = outlineUm ? moveOutlines(found, volume, outlineUm, forbidden) : found;
  const nuclei = findObjects(labels, shapeZyx);
  const scores = scoreNuclei(
    {
      shapeZyx,
      voxelSizeZyx,
      meanForeground: maps.foreground,
      meanBoundary: maps.boundary,
      // As the model outlines them, and so do the passes: a convention is no doubt.
      reported: found,
      passLabels,
    },
    findObjects(found, shapeZyx),
  );
  const lastNucleus = nuclei.at(-1)?.label ?? 0;
  const candidates = findMissedCandidates({
    ...volume,
    meanForeground: maps.foreground,
    medianNucleusVoxels: medianVoxels(nuclei.length > 0 ? nuclei : findObjects(labelled, shapeZyx)),
    maxNucleusVoxels: thresholds.maxVolumeUm3 / (voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2]),
    isLabelled: (voxel) => labels[voxel] !== 0 || labelled[voxel] !== 0,
  });
  for (let i = 0; i < labels.length; i++) if (candidates[i] !== 0) labels[i] = lastNucleus + candidates[i];

  const objects = findObjects(labels, shapeZyx);
  const shapes = shapesOf(labels, volume);
  const inside = meansInside(labels, shapeZyx, maps.foreground);
  const instances = objects.map(({ label, box, voxels }): PredictedInstance => {
    const scored = scores.get(label);
    return {
      id: label,
      kind: scored ? "nucleus" : "candidate",
      box,
      centroidZyx: inside.get(label)!.centroidZyx,
      voxels,
      touchesBorder: box.minZyx.some((min, axis) => min === 0 || box.maxZyx[axis] === shapeZyx[axis]),
      scores: scored?.scores ?? null,
      facts: scored?.facts ?? null,
      meanEntropy: inside.get(label)!.meanEntropy,
      shape: (scored && shapes.get(label)) ?? null,
    };
  });
  hooks.onProgress(1);
  return { labels, instances, outlineUm };
}

/** What the labelled nuclei of this volume and of those before it say; null while they are too few. */
function learnOutline({ sight, moves }: ProposingModel, maps: ProbabilityMaps, volume: VolumeToPropose): number | null {
  const { labels: truth, shapeZyx, voxelSizeZyx } = volume;
  if (truth.some((label) => label !== 0))
    moves.push(
      ...bestMoves({ shapeZyx, voxelSizeZyx, truth, found: segmentInstances(maps, volume, sight.thresholds) }),
    );
  return medianMove(moves);
}

function medianVoxels(objects: readonly LabelObject[]): number {
  const sizes = objects.map(({ voxels }) => voxels).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function meansInside(
  labels: Uint32Array,
  [, height, width]: Zyx,
  foreground: Float32Array,
): Map<number, { centroidZyx: Zyx; meanEntropy: number }> {
  const sums = new Map<number, [z: number, y: number, x: number, entropy: number, voxels: number]>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    let sum = sums.get(labels[i]);
    if (!sum) {
      sum = [0, 0, 0, 0, 0];
      sums.set(labels[i], sum);
    }
    const row = Math.floor(i / width);
    sum[0] += Math.floor(row / height);
    sum[1] += row % height;
    sum[2] += i % width;
    sum[3] += normalisedEntropy(foreground[i]);
    sum[4]++;
  }
  return new Map(
    [...sums].map(([label, [z, y, x, entropy, n]]) => [
      label,
      { centroidZyx: [z / n, y / n, x / n] as const, meanEntropy: Math.min(1, entropy / n) },
    ]),
  );
}
