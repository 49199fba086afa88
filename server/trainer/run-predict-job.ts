import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";
import type { NucleusShape } from "../../core/contract/predicted-instance.ts";
import type { ClaimedPredictJob, JobVolume } from "../../core/contract/trainer-job.ts";
import { voxelCount, wholeBox } from "../../core/volume/voxel-space.ts";
import { maxBlockVoxels } from "./blocks/block-memory.ts";
import { imageInMemory } from "./bricks/image-source.ts";
import { openJobVolume, truthShapesOf } from "./bricks/open-job-volume.ts";
import { createChunkCache } from "./bricks/zarr-image.ts";
import { seeSource } from "./canonical-size.ts";
import { readModel } from "./checkpoint-transfer.ts";
import type { Engine } from "./engine/start-engine.ts";
import type { HeldJob } from "./held-job.ts";
import { Predictor } from "./model/predictor.ts";
import { measureSource } from "./normalise.ts";
import { type ProposedNuclei, proposeNuclei } from "./propose-nuclei.ts";

const compress = promisify(gzip);

/** Chunks that are kept: neighbouring blocks share them. */
const CACHE_BYTES = 512 << 20;

/** Predicts every volume that an earlier holder of the job has not handed in, and hands each in as it is done. */
export async function runPredictJob(held: HeldJob<ClaimedPredictJob>, engine: Engine): Promise<void> {
  const { job } = held;
  const model = await readModel(held, job.checkpoint);
  const predictor = new Predictor(model.config, model.weights);
  const moves: number[] = [];
  const done = new Set(job.doneVolumeIds);
  try {
    for (const [index, volume] of job.volumes.entries()) {
      if (done.has(volume.volumeId)) continue;
      const report = (share: number) => held.report((index + share) / job.volumes.length, "proposing nuclei");
      report(0);
      await predictVolumeOfJob(held, volume, { engine, model, predictor, moves, report });
    }
  } finally {
    predictor.dispose();
  }
  await held.tell("/finish", {});
}

async function predictVolumeOfJob(
  held: HeldJob,
  volume: JobVolume,
  by: {
    readonly engine: Engine;
    readonly model: TrainedModel;
    readonly predictor: Predictor;
    readonly moves: number[];
    report(share: number): void;
  },
): Promise<void> {
  const { engine, model, predictor, moves } = by;
  const opened = await openJobVolume((key) => held.readBlob(key), volume, createChunkCache(CACHE_BYTES));
  const maxVoxels = maxBlockVoxels();
  // What is seen in one block is read once.
  const image =
    voxelCount(volume.shapeZyx) <= maxVoxels
      ? imageInMemory(await opened.readImage(wholeBox(volume.shapeZyx)), volume)
      : opened;
  const proposed = await proposeNuclei(
    {
      predictor,
      window: await measureSource(image),
      sight: await seeSource(model, image),
      outlineUm: model.outlineUm,
      moves,
      maxTileVoxels: engine.maxTileVoxels,
      maxBlockVoxels: maxVoxels,
    },
    {
      shapeZyx: volume.shapeZyx,
      voxelSizeZyx: volume.voxelSizeZyx,
      readImage: (box) => image.readImage(box),
      readLabelled: (box) => opened.readLabels(box),
      isTruth: (label) => opened.truthLabels.has(label),
    },
    {
      onProgress: (share) => {
        held.check();
        by.report(share);
      },
      signal: held.stopped,
    },
  );
  await handInVolume(held, volume, proposed, await truthShapesOf(opened));
}

async function handInVolume(
  held: HeldJob,
  volume: JobVolume,
  proposed: ProposedNuclei,
  truthShapes: readonly NucleusShape[],
): Promise<void> {
  const folder = `prediction-${volume.volumeId}`;
  for (const key of proposed.brickKeys) {
    const bytes = new Uint8Array(proposed.readBrick(key).buffer);
    await held.writeFiles(folder, { [String(key)]: await compress(bytes, { level: 1 }) });
  }
  await held.tell("/predicted", {
    volumeId: volume.volumeId,
    folder,
    brickKeys: proposed.brickKeys,
    instances: proposed.instances,
    outlineUm: proposed.outlineUm,
    truthShapes,
  });
}
