import { modelFileNames, saveCheckpoint } from "../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";
import type { CheckpointMetrics } from "../../core/contract/checkpoint-metrics.ts";
import type { TrainingConfiguration } from "../../core/contract/training-configuration.ts";
import { bytesFile, type ExportFile, jsonFile, textFile } from "./export-file.ts";

/** What is said of frozen weights beside the weights. */
export interface ExportedModel {
  readonly checkpointId: string;
  /** Labels it was trained on. */
  readonly snapshotId: string | null;
  readonly parentCheckpointId: string | null;
  readonly projectName: string;
  readonly createdAt: string;
  readonly nucleiLabelled: number;
  readonly metrics: CheckpointMetrics | null;
  readonly software: { readonly name: string; readonly version: string };
  /** Engine, options, steps, seconds, seed: the fields that core/contract names. */
  readonly configuration: Partial<TrainingConfiguration>;
  /** Looked at whole: complete, as its trainer made it, every weight finite. */
  readonly trained: TrainedModel;
}

/** `model/`: the checkpoint written anew field by field, what it was trained on, and how to run it. */
export async function* modelFiles(model: ExportedModel): AsyncGenerator<ExportFile> {
  const files = saveCheckpoint(model.trained);
  for (const name of modelFileNames)
    yield { ...bytesFile(`model/${name}`, files[name]), compress: name !== "weights.bin" };
  yield jsonFile("model/configuration.json", model.configuration);
  yield jsonFile("model/training.json", {
    checkpointId: model.checkpointId,
    trainingSnapshotId: model.snapshotId,
    parentCheckpointId: model.parentCheckpointId,
    project: model.projectName,
    trainedAt: model.createdAt,
    nucleiLabelled: model.nucleiLabelled,
    metrics: model.metrics,
    software: model.software,
  });
  yield textFile("model/README.md", modelReadme(model));
}

const percent = (share: number): string => share.toFixed(2);

function modelReadme(model: ExportedModel): string {
  const measured = model.metrics
    ? `Measured on ${model.metrics.nuclei} nuclei that were kept out of training: average precision ${percent(model.metrics.ap50)} at IoU 0.5 and ${percent(model.metrics.ap75)} at IoU 0.75, Dice ${percent(model.metrics.dice)}.`
    : "Nothing was kept out of its training, so nobody measured how good it is. Check it on data of yours before you trust it.";
  return `# Segmentation model of "${model.projectName}"

A 3D U-Net that outlines nuclei, trained with ${model.software.name} ${model.software.version} on ${model.nucleiLabelled} labelled nuclei.
${measured}

| file | what |
|---|---|
| model.json | the network, thresholds, the voxel size it was made for; the weights' names, shapes and types as TensorFlow.js reads them |
| weights.bin | the weights, little-endian float32 |
| configuration.json | how it was trained: options, steps, seed, engine |
| training.json | ids of this checkpoint, of the label snapshot it learnt from and of the checkpoint it began with; its measured scores |

Run it on a volume, in a checkout of Karyoloop after \`npm ci\`:

    npx karyoloop predict --model path/to/model --image volume.tif --out labels.tif

Checkpoint ${model.checkpointId}, trained on label snapshot ${model.snapshotId ?? "(unknown)"}, ${model.createdAt}.
`;
}
