import { receptiveRadius } from "../../../core/checkpoint/network-layout.ts";
import { licenceOf } from "../../../core/publication/licences.ts";
import { EMPTY_PUBLICATION } from "../../../core/publication/publication.ts";
import { ONNX_OPSET } from "../onnx/network-onnx.ts";
import { modelName, type PublishedModel, packageFiles } from "./model-description.ts";
import { TENSORFLOW_JS_VERSION } from "./network-tfjs.ts";
import { seenVoxelSizeUm, tensorSizes } from "./tensor-sizes.ts";
import { PREPROCESSING } from "./test-tensors.ts";

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
const times = (values: readonly number[]): string => values.map(rounded).join(" × ");

/** `README.md`, the documentation of the package: written for somebody who has never heard of Karyoloop. */
export function packageReadme(published: PublishedModel): string {
  const { model, description } = published;
  const { config, canonical, thresholds, training, outlineUm } = model.trained;
  const { stepZyx, haloZyx, minZyx, testZyx } = tensorSizes(config);
  const voxelUm = seenVoxelSizeUm(model.trained);
  const voxelText = voxelUm.map(rounded).join(", ");
  return `# ${modelName(published)}

A 3D U-Net that says of every voxel of a volume how likely it lies in a cell nucleus, and a seeded watershed that makes
separate nuclei of what it says. Trained with ${model.software.name} ${model.software.version} on ${model.nucleiLabelled} nuclei that people outlined.

${description.publication?.summary || description.project.description}

| file | what |
|---|---|
| \`${packageFiles.rdf}\` | the description of the model for programs (bioimage.io, format 0.5) |
| \`${packageFiles.onnx}\` | the network as ONNX, opset ${ONNX_OPSET} |
| \`${packageFiles.tfjs}\` | the same network for TensorFlow.js ${TENSORFLOW_JS_VERSION} (\`tf.loadGraphModel\`) |
| \`${packageFiles.testInput}\`, \`${packageFiles.testOutput}\` | made-up nuclei, and what the network says of them |
| \`${packageFiles.python}\`, \`${packageFiles.settings}\` | from a raw image to nuclei in Python, without any package; the numbers of this model |

## Nuclei, not maps, in ten lines

\`\`\`python
import numpy, onnxruntime, tifffile, nuclei

image = tifffile.imread("volume.tif")                           # z, y, x
session = onnxruntime.InferenceSession("${packageFiles.onnx}")
run = lambda tensor: session.run(None, {"image": numpy.asarray(tensor)})[0]
labels = nuclei.segment(image, (${voxelText}), run)   # your voxel size z, y, x in micrometres${canonical?.diameterFrom === "image" ? ", and diameter_um=" : ""}
tifffile.imwrite("labels.tif", numpy.asarray(labels))           # 0 background, every nucleus a number
\`\`\`

\`${packageFiles.python}\` imports nothing beyond Python's standard library; it takes ten to forty seconds for a million voxels.

## What goes in

One channel, \`[batch, 1, z, y, x]\`, float32, each size a multiple of ${times(stepZyx)} (z × y × x) and at least ${times(minZyx)}.

1. **Intensities.** The ${PREPROCESSING.minPercentile}st and ${PREPROCESSING.maxPercentile}th percentile **of the whole volume** become 0 and 1, what lies outside is clipped. \`${packageFiles.rdf}\` states it, so that programs do it by themselves.
   Karyoloop takes the nearest voxel's value as percentile where NumPy interpolates, and where nuclei fill less than 0.2 % of a volume it
   raises the upper end above the noise; the description cannot express that, \`${packageFiles.python}\` does it.
2. **Size.** ${sizeWords(published)}
   The description can only state the voxel size (\`scale\`); **resampling is yours, or \`${packageFiles.python}\` does it** (linear, mean where voxels become larger).

## What comes out

\`[batch, ${config.heads.length}, z, y, x]\`, values 0…1: ${config.heads.map((head) => HEAD_WORDS[head]).join("; ")}.
A voxel is influenced by others up to ${times(receptiveRadius(config))} voxels away; the stated halo, ${times(haloZyx)}, is half of it, as Karyoloop overlaps its own tiles.

From maps to nuclei: seeds are maxima of the smoothed distance of at least ${rounded(thresholds.seed)}, ${rounded(thresholds.minSeparationUm)} µm apart; they flood the
foreground above ${rounded(thresholds.foreground)}; nuclei of less than ${rounded(thresholds.minVolumeUm3)} µm³${thresholds.maxVolumeUm3 < 1e300 ? ` or more than ${rounded(thresholds.maxVolumeUm3)} µm³` : ""} go. ${outlineUm ? `People drew their outlines ${rounded(Math.abs(outlineUm))} µm farther ${outlineUm > 0 ? "out" : "in"} than the model; move yours if that matters to you.` : ""}

Karyoloop itself also predicts once for every symmetry of the grid and takes the mean, which makes outlines a little better.

## Validation

${validationWords(published)}
Measure it on data of yours before you trust it: outline a few dozen nuclei of a volume that it has not seen, and compare (average precision at IoU 0.5, for example).

\`${packageFiles.testOutput}\` was computed from \`${packageFiles.testInput}\` (${times(testZyx)} voxels) by the weights in \`${packageFiles.onnx}\`; run it through yours and compare, relative tolerance 1e-3.

## Training

${model.nucleiLabelled} nuclei outlined by people; only voxels whose truth was known entered the loss. ${training.steps} steps in ${rounded(training.trainSeconds / 60)} minutes, patches of ${times(training.patchShapeZyx)} voxels,
${training.parameters} parameters, seed ${training.seed}. Checkpoint ${model.checkpointId}, label snapshot ${model.snapshotId ?? "(unknown)"}, ${model.createdAt}.
The dataset version beside which it was published has ${description.volumes.length} volumes; people label on, so it need not be the one that the model learned from.
${specimenWords(published)}
## Licence

${licenceOf(description.licence)?.words ? `${licenceOf(description.licence)?.name}: ${licenceOf(description.licence)?.words}. ${licenceOf(description.licence)?.url}` : description.licence || "None was given: nobody may reuse this model without asking, and bioimage.io does not take it."}
\`${packageFiles.python}\` is under the Apache License 2.0.
${originWords(published)}`;
}

const HEAD_WORDS = {
  foreground: "`foreground`, the probability of lying in a nucleus",
  distance: "`distance`, how deep, 0 at the outside and 1 in the middle of a nucleus",
  boundary: "`boundary`, the probability of a rim between nuclei",
} as const;

function sizeWords({ model }: PublishedModel): string {
  const { canonical, voxelSizeZyx } = model.trained;
  if (!canonical) return `The model knows voxels of ${times(voxelSizeZyx)} µm (z × y × x). Bring yours near to it.`;
  const { voxelsPerDiameter, diameterUm, diameterFrom } = canonical;
  const side = rounded(diameterUm / voxelsPerDiameter);
  const known = `The model sees volumes in cubes of which ${voxelsPerDiameter} make the diameter of a usual nucleus: ${side} µm for nuclei of ${rounded(diameterUm)} µm.`;
  return diameterFrom === "labels"
    ? `${known} That is the size of the nuclei that it learned from.`
    : `${known} It learned from nuclei of many sizes: **measure the diameter of a usual nucleus of your image and make cubes of a ${voxelsPerDiameter}th of it** (\`diameter_um\` in \`${packageFiles.python}\`); Karyoloop measures it by itself.`;
}

function validationWords({ model: { metrics } }: PublishedModel): string {
  if (!metrics) return "Nothing was kept out of its training, so nobody measured how good it is.";
  return `On ${metrics.nuclei} nuclei that were kept out of training: average precision ${metrics.ap50.toFixed(2)} at IoU 0.5 and ${metrics.ap75.toFixed(2)} at IoU 0.75, Dice ${metrics.dice.toFixed(2)} (all of Karyoloop's steps).`;
}

function specimenWords({ description }: PublishedModel): string {
  const about = description.publication ?? EMPTY_PUBLICATION;
  const organisms = about.organisms.map(({ name, strain }) => [name, strain].filter(Boolean).join(", ")).join("; ");
  const lines = [
    ["Organism", organisms],
    ["Specimen", about.specimenPreparation],
    ["Stain", about.stain],
    ["Imaging", [about.imagingMethod, about.acquisition].filter(Boolean).join(" ")],
  ].filter(([, text]) => text);
  return lines.map(([title, text]) => `- ${title}: ${text}\n`).join("");
}

function originWords({ description: { volumes } }: PublishedModel): string {
  const lines = volumes.flatMap(({ name, origin }) =>
    origin?.kind === "others" ? [`- ${name}: ${origin.citation} Licence: ${origin.licence || "none stated"}.`] : [],
  );
  return lines.length > 0 ? `\nImages of others in that dataset version:\n\n${lines.join("\n")}\n` : "";
}
