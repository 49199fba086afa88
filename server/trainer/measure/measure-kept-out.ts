import type { CheckpointMetrics } from "../../../core/contract/checkpoint-metrics.ts";
import type { AnyModel } from "../../../core/forest/any-model.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import { measuredBoxesOf, type TrainingVolume, windowOf } from "../data/training-volume.ts";
import { seerOf } from "../perceive/seer.ts";
import { validate } from "./validate.ts";

/** Scores of a model where people kept something out of training; null where there is no such place with a nucleus. */
export async function measureKeptOut(
  model: AnyModel,
  where: { volumes: readonly TrainingVolume[]; keptOut: ReadonlySet<string>; signal: AbortSignal },
): Promise<CheckpointMetrics | null> {
  const places = where.volumes.filter((volume) => measuredBoxesOf(volume).length > 0);
  if (places.length === 0) return null;
  const seer = seerOf(model);
  try {
    const scores = await validate(
      seer,
      places.map((volume) => ({
        volume,
        window: windowOf(volume),
        sideUm: seeVolume(model, volume, volume.cropOf?.diameterUm).sideUm,
      })),
      model.thresholds,
      where.signal,
    );
    const { ap50, ap75, dice, nuclei } = scores;
    if (nuclei === 0 || ap50 === null || ap75 === null || dice === null) return null;
    return {
      ap50,
      ap75,
      dice,
      nuclei,
      places: scores.boxes.map((box) => ({
        volumeId: box.volumeId,
        kind: where.keptOut.has(box.volumeId) ? "kept-out-volume" : "validation-box",
        nuclei: box.truth,
        ap50: box.ap50,
        ap75: box.ap75,
        dice: box.dice,
      })),
    };
  } finally {
    seer.dispose();
  }
}
