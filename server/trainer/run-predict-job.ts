import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { NucleusShape } from "../../core/contract/predicted-instance.ts";
import type { ClaimedPredictJob, JobVolume } from "../../core/contract/trainer-job.ts";
import { BRICK_SIZE, brickBox, brickKeysOfBox } from "../../core/volume/brick.ts";
import { wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { seeVolume } from "./canonical-size.ts";
import { readModel } from "./checkpoint-transfer.ts";
import type { Engine } from "./engine/start-engine.ts";
import type { HeldJob } from "./held-job.ts";
import { loadJobVolume } from "./load-job-volume.ts";
import { Predictor } from "./model/predictor.ts";
import { type ProposedNuclei, proposeNuclei } from "./propose-nuclei.ts";
import { shapesOf } from "./shapes-of.ts";

const compress = promisify(gzip);

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
      const { training, raw } = await loadJobVolume(held, volume, null);
      const proposed = await proposeNuclei(
        {
          predictor,
          sight: seeVolume(model, training),
          outlineUm: model.outlineUm,
          moves,
          maxTileVoxels: engine.maxTileVoxels,
        },
        { ...training, labelled: raw },
        {
          onProgress: (share) => {
            held.check();
            report(share);
          },
          signal: held.stopped,
        },
      );
      const truthShapes = [...shapesOf(training.labels, training).values()];
      await handInVolume(held, volume, proposed, truthShapes);
    }
  } finally {
    predictor.dispose();
  }
  await held.tell("/finish", {});
}

async function handInVolume(
  held: HeldJob,
  volume: JobVolume,
  proposed: ProposedNuclei,
  truthShapes: readonly NucleusShape[],
): Promise<void> {
  const folder = `prediction-${volume.volumeId}`;
  const brickKeys: number[] = [];
  for (const key of brickKeysOfBox(wholeBox(volume.shapeZyx))) {
    const brick = cutBrick(proposed.labels, volume.shapeZyx, key);
    if (!brick) continue;
    brickKeys.push(key);
    await held.writeFiles(folder, { [String(key)]: await compress(new Uint8Array(brick.buffer), { level: 1 }) });
  }
  await held.tell("/predicted", {
    volumeId: volume.volumeId,
    folder,
    brickKeys,
    instances: proposed.instances,
    outlineUm: proposed.outlineUm,
    truthShapes,
  });
}

/** 64³ labels, padded with zeros; null when there are none. */
function cutBrick(labels: Uint32Array, shapeZyx: Zyx, key: number): Uint32Array<ArrayBuffer> | null {
  const { minZyx, maxZyx } = brickBox(key, shapeZyx);
  const brick = new Uint32Array(BRICK_SIZE ** 3);
  let any = 0;
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * shapeZyx[1] + y) * shapeZyx[2];
      let to = ((z - minZyx[0]) * BRICK_SIZE + y - minZyx[1]) * BRICK_SIZE;
      for (let x = minZyx[2]; x < maxZyx[2]; x++) {
        any |= labels[row + x];
        brick[to++] = labels[row + x];
      }
    }
  return any === 0 ? null : brick;
}
