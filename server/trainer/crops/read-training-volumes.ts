import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { ClaimedTrainJob, JobVolume } from "../../../core/contract/trainer-job.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import { influenceRadius, looksForSize, seeSource, seeVolume } from "../../../core/perception/canonical-size.ts";
import { MAX_MEASURED_VOXELS, measureSource } from "../../../core/perception/intensity-window.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { type OpenedVolume, openJobVolume } from "../bricks/open-job-volume.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import type { Engine } from "../engine/start-engine.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { planNetwork } from "../network/network-config.ts";
import { Predictor } from "../network/predictor.ts";
import { predictVolume } from "../predict/predict.ts";
import { indexLabels, type LabelIndex } from "./index-labels.ts";
import { loadCrop, type PredictForeground, type WholeVolumeFacts } from "./load-crop.ts";
import { boxesOf, planCrops } from "./plan-crops.ts";

/** What a training keeps of its project, prepared, and the chunks that it keeps: 2 GiB together. */
export interface TrainingMemory {
  readonly trainingBytes: number;
  readonly cacheBytes: number;
  /** Of a larger volume only so much is looked at for its window (normalise.ts). */
  readonly measuredVoxels: number;
}

const MEMORY: TrainingMemory = {
  trainingBytes: 1792 << 20,
  cacheBytes: 256 << 20,
  measuredVoxels: MAX_MEASURED_VOXELS,
};

/** The job, as far as it is read here. */
type ReadingJob = Pick<HeldJob<ClaimedTrainJob>, "job" | "readBlob" | "check" | "stopped">;

/**
 * The volumes of a training: whole as long as all of them fit in its memory, else the parts in which something is known.
 * Volumes that say nothing are not read.
 */
export async function readTrainingVolumes(
  held: ReadingJob,
  parent: TrainedModel | null,
  engine: Pick<Engine, "maxTileVoxels">,
  memory: TrainingMemory = MEMORY,
): Promise<TrainingVolume[]> {
  const cache = createChunkCache(memory.cacheBytes);
  const opened: OpenedVolume[] = [];
  const indices: LabelIndex[] = [];
  for (const volume of held.job.volumes.filter(saysSomething)) {
    held.check();
    const one = await openJobVolume((key) => held.readBlob(key), volume, cache);
    opened.push(one);
    const { learned, validation } = boxesOf(volume);
    indices.push(await indexLabels(one, learnsFrom(volume) ? learned : [], validation));
  }
  const diameterUm = medianOf(indices.flatMap(({ diametersUm }) => diametersUm));
  const sideUm = parent?.canonical
    ? (diameterUm || parent.canonical.diameterUm) / parent.canonical.voxelsPerDiameter
    : null;
  const plans = planCrops(
    opened.map((one, i) => ({
      shapeZyx: one.shapeZyx,
      voxelSizeZyx: one.voxelSizeZyx,
      places: learnsFrom(one.volume) ? indices[i].places : [],
      measured: boxesOf(one.volume).validation,
    })),
    {
      maxBytes: memory.trainingBytes,
      sideUm,
      diameterUm,
      influenceOf: (space) => influenceRadius(parent?.config ?? planNetwork(space), space, sideUm),
    },
  );
  const predictor = parent && new Predictor(parent.config, parent.weights);
  const volumes: TrainingVolume[] = [];
  try {
    for (const [i, one] of opened.entries()) {
      const foreground = parent && predictor && foregroundBy(parent, predictor, engine, held, givenUm(parent, one));
      const facts = plans[i].every(({ box }) => isWholeBox(box, one.shapeZyx))
        ? null
        : await measureWhole(one, parent, memory);
      for (const crop of plans[i]) {
        held.check();
        volumes.push(await loadCrop(one, crop, facts, foreground));
      }
    }
  } finally {
    predictor?.dispose();
  }
  return volumes;
}

const learnsFrom = ({ frozen }: JobVolume): boolean =>
  frozen !== null && !frozen.manifest.keptOut && frozen.manifest.nuclei.some(({ status }) => isTruth(status));

const saysSomething = (volume: JobVolume): boolean => learnsFrom(volume) || boxesOf(volume).validation.length > 0;

/** What the weights of the last round see: where they see a nucleus that nobody labelled, nothing is background. */
const foregroundBy =
  (
    parent: TrainedModel,
    predictor: Predictor,
    { maxTileVoxels }: Pick<Engine, "maxTileVoxels">,
    { stopped }: ReadingJob,
    givenDiameterUm: number | null,
  ): PredictForeground =>
  async (image, space, whole) =>
    (
      await predictVolume(predictor, image, space, {
        window: whole?.window,
        sideUm: seeVolume(parent, { ...space, image }, whole?.diameterUm ?? givenDiameterUm).sideUm,
        maxTileVoxels,
        signal: stopped,
      })
    ).foreground;

const isWholeBox = ({ minZyx, maxZyx }: VoxelBox, shapeZyx: Zyx): boolean =>
  minZyx.every((min, axis) => min === 0 && maxZyx[axis] === shapeZyx[axis]);

async function measureWhole(
  opened: OpenedVolume,
  parent: TrainedModel | null,
  { measuredVoxels }: TrainingMemory,
): Promise<WholeVolumeFacts> {
  const window = await measureSource(opened, measuredVoxels);
  return { window, diameterUm: parent ? (await seeSource(parent, opened, givenUm(parent, opened))).diameterUm : null };
}

/** What a person has said of the size comes before the image, and after the labels that a model has learned from. */
const givenUm = (parent: TrainedModel, { volume }: OpenedVolume): number | null =>
  looksForSize(parent) ? volume.nucleusDiameterUm : null;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
