import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { buildKnownMask } from "../../../core/labels/known-mask.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import type { Engine } from "../../trainer/engine/start-engine.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { predictVolume } from "../../trainer/predict/predict.ts";

/** The volumes as they are when only these nuclei are labelled: the server's mask, where the model sees others withheld. */
export async function partlyLabelled(
  drawn: ReadonlyMap<TrainingVolume, ReadonlySet<number>>,
  engine: Pick<Engine, "maxTileVoxels">,
  product: TrainedModel | null,
): Promise<TrainingVolume[]> {
  const predictor = product && new Predictor(product.config, product.weights);
  const volumes: TrainingVolume[] = [];
  for (const [volume, truthLabels] of drawn) {
    const labels = volume.labels.map((label) => (truthLabels.has(label) ? label : 0));
    const maps =
      product &&
      predictor &&
      (await predictVolume(predictor, volume.image, volume, { ...engine, sideUm: seeVolume(product, volume).sideUm }));
    const known = buildKnownMask({ ...volume, labels, truthLabels, completeBoxes: [], foreground: maps?.foreground });
    volumes.push({ ...volume, labels, known });
  }
  predictor?.dispose();
  return volumes;
}
