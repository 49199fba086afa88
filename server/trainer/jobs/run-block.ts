import type { ClaimedBlock } from "../../../core/contract/trainer-job.ts";
import { BlockWalk } from "../blocks/block-walk.ts";
import { packFindings } from "../blocks/findings-file.ts";
import { coresOf } from "../blocks/plan-blocks.ts";
import { volumeOfJob } from "../blocks/volume-to-propose.ts";
import { openJobVolume } from "../bricks/open-job-volume.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import type { Engine } from "../engine/start-engine.ts";
import { readModel } from "../lease/checkpoint-transfer.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { seerOf } from "../perceive/seer.ts";
import { requireEngineFor } from "./require-engine.ts";
import { CACHE_BYTES } from "./run-predict-job.ts";

/** One block of a prediction that another trainer leads (docs/adr/0036). */
export async function runBlock(held: HeldJob<ClaimedBlock>, engine: Pick<Engine, "name">): Promise<void> {
  const { checkpoint, volume, plan, index } = held.job;
  const model = await readModel(held, checkpoint);
  requireEngineFor(model, engine);
  const seer = seerOf(model);
  try {
    const opened = await openJobVolume((key) => held.readBlob(key), volume, createChunkCache(CACHE_BYTES));
    const walk = new BlockWalk(
      { ...plan, seer, classifier: model.classifier, moves: [] },
      volumeOfJob(opened),
      plan.marginZyx,
    );
    const findings = await walk.judge(coresOf(volume.shapeZyx, plan.coreZyx)[index], plan.outlineUm, null, {
      onProgress: (share) => held.report(share, "proposing nuclei in a block"),
      signal: held.ended,
    });
    await held.handInFindings(await packFindings(findings));
  } finally {
    seer.dispose();
  }
}
