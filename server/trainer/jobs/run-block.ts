import type { ClaimedBlock } from "../../../core/contract/trainer-job.ts";
import { BlockWalk } from "../blocks/block-walk.ts";
import { packFindings } from "../blocks/findings-file.ts";
import { coresOf } from "../blocks/plan-blocks.ts";
import { volumeOfJob } from "../blocks/volume-to-propose.ts";
import { openJobVolume } from "../bricks/open-job-volume.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import { readModel } from "../lease/checkpoint-transfer.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { Predictor } from "../network/predictor.ts";
import { CACHE_BYTES } from "./run-predict-job.ts";

/** One block of a prediction that another trainer leads (docs/adr/0036). */
export async function runBlock(held: HeldJob<ClaimedBlock>): Promise<void> {
  const { checkpoint, volume, plan, index } = held.job;
  const model = await readModel(held, checkpoint);
  const predictor = new Predictor(model.config, model.weights);
  try {
    const opened = await openJobVolume((key) => held.readBlob(key), volume, createChunkCache(CACHE_BYTES));
    const walk = new BlockWalk(
      { ...plan, predictor, classifier: model.classifier, moves: [] },
      volumeOfJob(opened),
      plan.marginZyx,
    );
    const findings = await walk.judge(coresOf(volume.shapeZyx, plan.coreZyx)[index], plan.outlineUm, null, {
      onProgress: (share) => held.report(share, "proposing nuclei in a block"),
      signal: held.ended,
    });
    await held.handInFindings(await packFindings(findings));
  } finally {
    predictor.dispose();
  }
}
