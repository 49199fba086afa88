import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { NucleusShape } from "../../../core/contract/predicted-instance.ts";
import { type BlockPlan, blockTurnAnswerSchema } from "../../../core/contract/shared-blocks.ts";
import type { ClaimedPredictJob, JobVolume } from "../../../core/contract/trainer-job.ts";
import type { AnyModel } from "../../../core/forest/any-model.ts";
import { seeSource } from "../../../core/perception/canonical-size.ts";
import { measureSource } from "../../../core/perception/intensity-window.ts";
import { imageInMemory } from "../../../core/volume/image-source.ts";
import { voxelCount, wholeBox } from "../../../core/volume/voxel-space.ts";
import { logOf } from "../../log/log.ts";
import type { OtherTrainers } from "../blocks/find-block.ts";
import { unpackFindings } from "../blocks/findings-file.ts";
import { type ProposedNuclei, proposeNuclei } from "../blocks/propose-nuclei.ts";
import { volumeOfJob } from "../blocks/volume-to-propose.ts";
import { openJobVolume, truthShapesOf } from "../bricks/open-job-volume.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import type { Engine } from "../engine/start-engine.ts";
import { readModel } from "../lease/checkpoint-transfer.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { type Seer, seerOf } from "../perceive/seer.ts";
import { requireEngineFor } from "./require-engine.ts";

const compress = promisify(gzip);

/** Chunks that are kept: neighbouring blocks share them. */
export const CACHE_BYTES = 512 << 20;

/** What a trainer brings to a prediction. */
export interface PredictingTrainer {
  readonly engine: Pick<Engine, "name" | "maxTileVoxels">;
  /** Voxels that it can predict at once. */
  readonly maxBlockVoxels: number;
}

/**
 * Predicts every volume that an earlier holder of the job has not handed in, and hands each in as it is done. Blocks of large
 * ones are found by other trainers, too, that have nothing else to do.
 */
export async function runPredictJob(held: HeldJob<ClaimedPredictJob>, by: PredictingTrainer): Promise<void> {
  const { job } = held;
  const model = await readModel(held, job.checkpoint);
  requireEngineFor(model, by.engine);
  const seer = seerOf(model);
  const moves: number[] = [];
  const done = new Set(job.doneVolumeIds);
  try {
    for (const [index, volume] of job.volumes.entries()) {
      if (done.has(volume.volumeId)) continue;
      const report = (share: number, words: string) => held.report((index + share) / job.volumes.length, words);
      report(0, "proposing nuclei");
      await predictVolumeOfJob(held, volume, { ...by, model, seer, moves, report });
    }
  } finally {
    seer.dispose();
  }
  await held.tell("/finish", {});
}

async function predictVolumeOfJob(
  held: HeldJob,
  volume: JobVolume,
  by: PredictingTrainer & {
    readonly model: AnyModel;
    readonly seer: Seer;
    readonly moves: number[];
    report(share: number, words: string): void;
  },
): Promise<void> {
  const { engine, model, seer, moves, maxBlockVoxels } = by;
  const readBlob = (key: string) => {
    held.ended.throwIfAborted();
    return held.readBlob(key);
  };
  const opened = await openJobVolume(readBlob, volume, createChunkCache(CACHE_BYTES));
  // What is seen in one block is read once.
  const image =
    voxelCount(volume.shapeZyx) <= maxBlockVoxels
      ? imageInMemory(await opened.readImage(wholeBox(volume.shapeZyx)), volume)
      : opened;
  const proposed = await proposeNuclei(
    {
      seer,
      window: await measureSource(image),
      sight: await seeSource(model, image, volume.nucleusDiameterUm),
      outlineUm: model.outlineUm,
      classifier: model.classifier,
      moves,
      maxTileVoxels: engine.maxTileVoxels,
      maxBlockVoxels,
    },
    volumeOfJob(opened, image),
    {
      onProgress: (share, found, blocks) => {
        held.ended.throwIfAborted();
        by.report(share, blocks > 1 ? `proposing nuclei, ${found} of ${blocks} blocks` : "proposing nuclei");
      },
      signal: held.ended,
      sharePlan: (plan) => shareBlocks(held, volume, plan),
    },
  );
  await handInVolume(held, volume, proposed, await truthShapesOf(opened));
}

/** From here on other trainers may take blocks of this volume. */
async function shareBlocks(held: HeldJob, volume: JobVolume, plan: BlockPlan): Promise<OtherTrainers> {
  const { volumeId } = volume;
  await held.tell("/block-plan", { volumeId, plan });
  return {
    takeTurn: async (index, isFound) =>
      blockTurnAnswerSchema.parse(await held.tell("/block-turn", { volumeId, index, isFound })),
    async readFindings(blob, core) {
      const packed = await held.readBlob(blob);
      const findings = packed ? await unpackFindings(packed, { volume, core, plan }) : null;
      if (!findings)
        logOf("trainer").warn("What another trainer found in a block cannot be read: it is looked at again");
      return findings;
    },
  };
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
