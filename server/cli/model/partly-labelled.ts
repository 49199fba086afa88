import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { buildKnownMask } from "../../../core/labels/known-mask.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import type { Engine } from "../../trainer/engine/start-engine.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { predictVolume } from "../../trainer/predict/predict.ts";

/** The volumes as they are when only these nuclei are labelled: the server's mask, where a model sees others withheld. */
export async function partlyLabelled(
  drawn: ReadonlyMap<TrainingVolume, ReadonlySet<number>>,
  seen: { readonly product: TrainedModel; readonly engine: Pick<Engine, "maxTileVoxels"> } | null,
): Promise<TrainingVolume[]> {
  const predictor = seen && new Predictor(seen.product.config, seen.product.weights);
  const volumes: TrainingVolume[] = [];
  for (const [volume, truthLabels] of drawn) {
    const labels = volume.labels.map((label) => (truthLabels.has(label) ? label : 0));
    const maps =
      seen &&
      predictor &&
      (await predictVolume(predictor, volume.image, volume, {
        ...seen.engine,
        sideUm: seeVolume(seen.product, volume).sideUm,
      }));
    const known = buildKnownMask({ ...volume, labels, truthLabels, completeBoxes: [], foreground: maps?.foreground });
    volumes.push({ ...volume, labels, known });
  }
  predictor?.dispose();
  return volumes;
}
