import { type FoldedLayer, foldLayers } from "../../../core/checkpoint/folded-layers.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { software } from "../software-version.ts";
import type { OnnxConstant, OnnxModel, OnnxNode } from "./onnx-file.ts";

/** Of the operations: 2022, read by onnxruntime 1.12 and later, in browsers too. */
export const ONNX_OPSET = 17;

/** Names of what goes in and comes out, in ONNX and in the package's description. */
export const IMAGE = "image";
export const MAPS = "maps";

/**
 * The network as ONNX: `image` `[batch, 1, z, y, x]`, normalised, sizes whole multiples of the pooling factor -> `maps`
 * `[batch, heads, z, y, x]`, probabilities. The same steps as server/trainer/network/forward.ts, channels first.
 */
export function networkOnnx(trained: Pick<TrainedModel, "config" | "weights">): OnnxModel {
  const { levels, heads } = trained.config;
  const layers = foldLayers(trained);
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const add = (
    operation: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxNode["attributes"] = {},
  ) => {
    nodes.push({ operation, inputs, output, attributes });
    return output;
  };
  const constant = (name: string, shape: readonly number[], values: Float32Array): string => {
    constants.push({ name, shape, values });
    return name;
  };
  const convolve = (x: string): string => {
    const layer = layers[nextLayer++];
    const { name, kernelZyx, inputs, outputs, bias } = layer;
    const filter = constant(`${name}/filter`, [outputs, inputs, ...kernelZyx], channelsFirst(layer));
    return add("Conv", [x, filter, constant(`${name}/bias`, [outputs], bias)], `${name}/convolved`, {
      kernel_shape: kernelZyx,
      pads: samePadding(kernelZyx),
    });
  };
  const block = (x: string): string => {
    for (let i = 0; i < 2; i++) x = add("Relu", [convolve(x)], `${layers[nextLayer - 1].name}/active`);
    return x;
  };
  let nextLayer = 0;
  const skips: string[] = [];
  let x = IMAGE;
  levels.forEach(({ poolZyx }, index) => {
    if (index > 0) x = add("MaxPool", [x], `down${index + 1}/pooled`, { kernel_shape: poolZyx, strides: poolZyx });
    x = block(x);
    skips.push(x);
  });
  for (let index = levels.length - 2; index >= 0; index--) {
    const name = `up${index + 1}`;
    const scales = constant(`${name}/scales`, [5], Float32Array.of(1, 1, ...levels[index + 1].poolZyx));
    // An enlarged voxel repeats the one that it lies in.
    const enlarged = add("Resize", [x, "", scales], `${name}/enlarged`, {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
    x = block(add("Concat", [enlarged, skips[index]], `${name}/joined`, { axis: 1 }));
  }
  add("Sigmoid", [convolve(x)], MAPS);
  const axes = (channels: number) => ["batch", channels, "z", "y", "x"];
  return {
    name: "karyoloop-unet-3d",
    producer: software,
    opset: ONNX_OPSET,
    nodes,
    constants,
    input: { name: IMAGE, axes: axes(1) },
    output: { name: MAPS, axes: axes(heads.length) },
  };
}

/** As TensorFlow pads 'same': the odd voxel of an even kernel comes after. First all beginnings, then all ends. */
function samePadding(kernelZyx: Zyx): number[] {
  const before = kernelZyx.map((size) => Math.floor((size - 1) / 2));
  return [...before, ...kernelZyx.map((size, axis) => size - 1 - before[axis])];
}

/** `[kz, ky, kx, inputs, outputs]` -> `[outputs, inputs, kz, ky, kx]`. */
function channelsFirst({ filter, kernelZyx, inputs, outputs }: FoldedLayer): Float32Array {
  const taps = kernelZyx[0] * kernelZyx[1] * kernelZyx[2];
  const turned = new Float32Array(filter.length);
  let from = 0;
  for (let tap = 0; tap < taps; tap++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++) turned[(output * inputs + input) * taps + tap] = filter[from++];
  return turned;
}
