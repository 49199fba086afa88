import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { OnnxModel } from "../onnx/onnx-file.ts";
import { runOnnx } from "../onnx/run-onnx.ts";
import { seenVoxelSizeUm, tensorSizes, usualDiameterUm } from "./tensor-sizes.ts";

/** As the package's description has them: scale_range and clip of the bioimage.io specification 0.5. */
export const PREPROCESSING = { minPercentile: 1, maxPercentile: 99.8, eps: 1e-6 } as const;

const SEED = 7;
const BACKGROUND = 200;
const BRIGHTNESS = 800;
const NOISE = 25;
/** A nucleus is drawn at least so many voxels wide, and at most so large a share of the tensor. */
const LEAST_VOXELS = 4;
const LARGEST_SHARE = 0.42;
/** From middle to middle, in diameters. */
const SPACING = 1.15;

/**
 * Made-up nuclei in noise, in raw intensities, `[z, y, x]`: nobody's data leave with a model. Each has the size that the model takes
 * for usual, as far as the tensor allows.
 */
export function drawTestImage(trained: TrainedModel): { readonly shapeZyx: Zyx; readonly values: Float32Array } {
  const { testZyx } = tensorSizes(trained.config);
  const sizeUm = seenVoxelSizeUm(trained);
  const extentUm = testZyx.map((count, axis) => count * sizeUm[axis]);
  const diameterUm = Math.max(
    LEAST_VOXELS * Math.min(...sizeUm),
    Math.min(usualDiameterUm(trained), LARGEST_SHARE * Math.min(...extentUm)),
  );
  const random = createSeededRandom(SEED);
  const centres = gridOfCentres(extentUm, SPACING * diameterUm).map((centre) =>
    centre.map((at) => at + (random.uniform() - 0.5) * 0.1 * diameterUm),
  );
  const values = new Float32Array(voxelCount(testZyx));
  let i = 0;
  for (let z = 0; z < testZyx[0]; z++)
    for (let y = 0; y < testZyx[1]; y++)
      for (let x = 0; x < testZyx[2]; x++) {
        const at = [z, y, x].map((index, axis) => (index + 0.5) * sizeUm[axis]);
        const awayUm = Math.min(...centres.map((centre) => Math.hypot(...centre.map((c, axis) => at[axis] - c))));
        // A soft edge, a tenth of the diameter wide.
        const inside = 1 / (1 + Math.exp((awayUm - diameterUm / 2) / (0.05 * diameterUm)));
        values[i++] = Math.max(0, Math.round(BACKGROUND + BRIGHTNESS * inside + NOISE * random.normal()));
      }
  return { shapeZyx: testZyx, values };
}

function gridOfCentres(extentUm: readonly number[], spacingUm: number): number[][] {
  const along = extentUm.map((extent) => {
    const count = Math.max(1, Math.floor(extent / spacingUm));
    return Array.from({ length: count }, (_, i) => ((i + 0.5) * extent) / count);
  });
  return along[0].flatMap((z) => along[1].flatMap((y) => along[2].map((x) => [z, y, x])));
}

/** What the network is shown of a raw image: percentiles as NumPy interpolates them, clipped to 0…1. */
export function preprocess(values: Float32Array): Float32Array {
  const sorted = values.slice().sort();
  const percentile = (percent: number): number => {
    const at = (percent / 100) * (sorted.length - 1);
    const below = Math.floor(at);
    const above = sorted[Math.min(sorted.length - 1, below + 1)];
    return sorted[below] + (at - below) * (above - sorted[below]);
  };
  const low = percentile(PREPROCESSING.minPercentile);
  const range = percentile(PREPROCESSING.maxPercentile) - low + PREPROCESSING.eps;
  return values.map((value) => Math.min(1, Math.max(0, (value - low) / range)));
}

/** Probabilities `[heads, z, y, x]` of a raw image, from preprocessing to the network's end. */
export async function runOnImage(
  model: OnnxModel,
  image: { readonly shapeZyx: Zyx; readonly values: Float32Array },
  signal?: AbortSignal,
): Promise<Float32Array> {
  const seen = { channels: 1, shapeZyx: image.shapeZyx, values: preprocess(image.values) };
  return (await runOnnx(model, seen, signal)).values;
}
