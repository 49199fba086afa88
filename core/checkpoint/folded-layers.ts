import type { Zyx } from "../volume/voxel-space.ts";
import type { NetworkConfig } from "./network-config.ts";
import { listParameters, NORM_EPSILON, type ParameterSpec, sizeOf } from "./network-layout.ts";
import type { TrainedModel } from "./trained-model.ts";

/** A convolution as prediction needs it: its normalisation is in its numbers. */
export interface FoldedLayer {
  /** `down1/1`, `up2/2`, `heads`. */
  readonly name: string;
  readonly kernelZyx: Zyx;
  readonly inputs: number;
  readonly outputs: number;
  /** `[kz, ky, kx, inputs, outputs]`. */
  readonly filter: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The layers of a trained network, in the order of its forward pass, with the running statistics multiplied in:
 * scale · (w ∗ x − mean) / √(variance + ε) + shift = (w · g) ∗ x + (shift − mean · g). Computed in 64 bits.
 */
export function foldLayers({ config, weights }: Pick<TrainedModel, "config" | "weights">): FoldedLayer[] {
  const layers: FoldedLayer[] = [];
  let at = 0;
  let channel = 0;
  const take = (spec: ParameterSpec): Float32Array => {
    const values = weights.weights.subarray(at, at + sizeOf(spec.shape));
    at += values.length;
    return values;
  };
  const specs = listParameters(config);
  for (let next = 0; next < specs.length; ) {
    const filterSpec = specs[next++];
    const [kz, ky, kx, inputs, outputs] = filterSpec.shape;
    const filter = take(filterSpec);
    const isNormalised = specs[next].role === "scale";
    const scale = isNormalised ? take(specs[next++]) : null;
    const shift = take(specs[next++]);
    const gain = Float64Array.from({ length: outputs }, (_, i) =>
      scale ? scale[i] / Math.sqrt(weights.variance[channel + i] + NORM_EPSILON) : 1,
    );
    layers.push({
      name: filterSpec.name.replace(/\/filter$/, ""),
      kernelZyx: [kz, ky, kx],
      inputs,
      outputs,
      filter: filter.map((value, i) => value * gain[i % outputs]),
      bias: shift.map((value, i) => (scale ? value - weights.mean[channel + i] * gain[i] : value)),
    });
    if (scale) channel += outputs;
  }
  return layers;
}

/** Multiplications of one forward pass over a volume of this shape. */
export function countMultiplications(config: NetworkConfig, shapeZyx: Zyx): number {
  const convolutions = listParameters(config).filter(({ role }) => role === "filter");
  const pooled = new Map<string, number>();
  let below = 1;
  config.levels.forEach(({ poolZyx }, index) => {
    below *= sizeOf(poolZyx);
    for (const way of ["down", "up"]) pooled.set(`${way}${index + 1}`, below);
  });
  const voxels = sizeOf(shapeZyx);
  return convolutions.reduce(
    (sum, { name, shape }) => sum + (sizeOf(shape) * voxels) / (pooled.get(name.split("/")[0]) ?? 1),
    0,
  );
}
