import { setImmediate } from "node:timers/promises";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { OnnxModel, OnnxNode } from "./onnx-file.ts";

/** Values `[channels, z, y, x]` of one image. */
export interface ChannelVolume {
  readonly channels: number;
  readonly shapeZyx: Zyx;
  readonly values: Float32Array;
}

/**
 * Runs a model of `networkOnnx` in plain numbers, straight from the definitions of its operations: slow, one or two thousand
 * million multiplications a second, but the server has no other engine. Every few milliseconds it lets others work.
 * Throws a RangeError for a model with anything else in it.
 */
export async function runOnnx(model: OnnxModel, image: ChannelVolume, signal?: AbortSignal): Promise<ChannelVolume> {
  const constants = new Map(model.constants.map((constant) => [constant.name, constant]));
  const known = new Map<string, ChannelVolume>([[model.input.name, image]]);
  const constantOf = (name: string) => {
    const found = constants.get(name);
    if (!found) throw new RangeError(`there is no constant ${name}`);
    return found;
  };
  const volumeOf = (name: string) => {
    const found = known.get(name);
    if (!found) throw new RangeError(`nothing makes ${name}`);
    return found;
  };
  for (const node of model.nodes) {
    signal?.throwIfAborted();
    known.set(node.output, await run(node));
  }
  return volumeOf(model.output.name);

  async function run(node: OnnxNode): Promise<ChannelVolume> {
    const { operation, inputs } = node;
    const x = volumeOf(inputs[0]);
    switch (operation) {
      case "Conv": {
        const { shape, values } = constantOf(inputs[1]);
        return convolve(x, { shape, filter: values, bias: constantOf(inputs[2]).values }, wholes(node, "pads"), signal);
      }
      case "Relu":
        return { ...x, values: x.values.map((value) => Math.max(0, value)) };
      case "Sigmoid":
        return { ...x, values: x.values.map((value) => 1 / (1 + Math.exp(-value))) };
      case "MaxPool":
        return shrinkByMax(x, zyxOf(wholes(node, "kernel_shape")));
      case "Resize":
        return enlarge(x, zyxOf([...constantOf(inputs[2]).values].slice(2)));
      case "Concat":
        return join(x, volumeOf(inputs[1]));
      default:
        throw new RangeError(`the operation ${operation} is not one of ours`);
    }
  }
}

function wholes({ attributes, output }: OnnxNode, name: string): readonly number[] {
  const value = attributes[name];
  if (!Array.isArray(value)) throw new RangeError(`${output} has no ${name}`);
  return value;
}

const zyxOf = (sizes: readonly number[]): Zyx => [sizes[0], sizes[1], sizes[2]];
const voxelsOf = ([z, y, x]: Zyx): number => z * y * x;

interface Convolution {
  /** `[outputs, inputs, kz, ky, kx]`. */
  readonly shape: readonly number[];
  readonly filter: Float32Array;
  readonly bias: Float32Array;
}

/** Of voxels whose sums stay in the processor's nearest memory. */
const CHUNK = 1024;
/** Outputs that are summed at once, and neighbouring taps: the input is read once for all of them. */
const TOGETHER = 4;
const TAPS = 3;
const MAX_HOLD_MS = 10;

/** With the input in a frame of zeros a tap is one shift of everything; what lies in the frame is thrown away at the end. */
async function convolve(
  { channels, shapeZyx, values }: ChannelVolume,
  { shape, filter, bias }: Convolution,
  pads: readonly number[],
  signal?: AbortSignal,
): Promise<ChannelVolume> {
  const [outputs, inputs, kd, kh, kw] = shape;
  if (inputs !== channels) throw new RangeError(`a filter for ${inputs} channels meets ${channels}`);
  const [depth, height, width] = shapeZyx;
  const [frameHeight, frameWidth] = [height + pads[1] + pads[4], width + pads[2] + pads[5]];
  const framePlane = frameHeight * frameWidth;
  const frame = (depth + pads[0] + pads[3]) * framePlane;
  // 64 bits, or every multiplication would begin with a conversion. Taps that fill up a group of three read beyond the end.
  const framed = new Float64Array(channels * frame + TAPS);
  forEachRow({ channels, shapeZyx }, (channel, z, y, from) => {
    const to = channel * frame + (z + pads[0]) * framePlane + (y + pads[1]) * frameWidth + pads[2];
    framed.set(values.subarray(from, from + width), to);
  });
  const groups: TapGroup[] = [];
  for (let input = 0; input < inputs; input++)
    for (let dz = 0; dz < kd; dz++)
      for (let dy = 0; dy < kh; dy++)
        for (let dx = 0; dx < kw; dx += TAPS) {
          const tap = ((input * kd + dz) * kh + dy) * kw + dx;
          const shift = input * frame + dz * framePlane + dy * frameWidth + dx;
          groups.push({ tap, count: Math.min(TAPS, kw - dx), shift });
        }
  const voxels = voxelsOf(shapeZyx);
  const result = new Float32Array(outputs * voxels);
  const reach = (depth - 1) * framePlane + (height - 1) * frameWidth + width;
  const sums = Array.from({ length: TOGETHER }, () => new Float64Array(reach));
  let heldSince = performance.now();
  for (let output = 0; output < outputs; output += TOGETHER) {
    const weights = weightsOf(filter, groups, inputs * kd * kh * kw, output);
    sums.forEach((sum, i) => {
      sum.fill(bias[output + i] ?? 0);
    });
    for (let first = 0; first < reach; first += CHUNK) {
      const end = Math.min(reach, first + CHUNK);
      groups.forEach(({ shift }, i) => {
        addTaps(sums, first, end, framed, shift, weights, i * TOGETHER * TAPS);
      });
      if (performance.now() - heldSince < MAX_HOLD_MS) continue;
      await setImmediate();
      signal?.throwIfAborted();
      heldSince = performance.now();
    }
    sums.slice(0, outputs - output).forEach((sum, i) => {
      forEachRow({ channels: 1, shapeZyx }, (_channel, z, y, to) => {
        const from = z * framePlane + y * frameWidth;
        result.set(sum.subarray(from, from + width), (output + i) * voxels + to);
      });
    });
  }
  return { channels: outputs, shapeZyx, values: result };
}

/** Up to three neighbours along x: the first's place in the filter of one output, and by how much it shifts the input. */
interface TapGroup {
  readonly tap: number;
  readonly count: number;
  readonly shift: number;
}

/** Of every group: three weights for each of four outputs; 0 for taps and outputs that there are none of. */
function weightsOf(filter: Float32Array, groups: readonly TapGroup[], taps: number, output: number): Float64Array {
  const weights = new Float64Array(groups.length * TOGETHER * TAPS);
  groups.forEach(({ tap, count }, group) => {
    for (let one = 0; one < TOGETHER; one++)
      for (let k = 0; k < count; k++)
        weights[(group * TOGETHER + one) * TAPS + k] = filter[(output + one) * taps + tap + k] ?? 0;
  });
  return weights;
}

function addTaps(
  [a, b, c, d]: readonly Float64Array[],
  first: number,
  end: number,
  values: Float64Array,
  shift: number,
  weights: Float64Array,
  at: number,
): void {
  const [a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2] = weights.subarray(at, at + TOGETHER * TAPS);
  for (let i = first; i < end; i++) {
    const v0 = values[i + shift];
    const v1 = values[i + shift + 1];
    const v2 = values[i + shift + 2];
    a[i] += a0 * v0 + a1 * v1 + a2 * v2;
    b[i] += b0 * v0 + b1 * v1 + b2 * v2;
    c[i] += c0 * v0 + c1 * v1 + c2 * v2;
    d[i] += d0 * v0 + d1 * v1 + d2 * v2;
  }
}

function shrinkByMax({ channels, shapeZyx, values }: ChannelVolume, byZyx: Zyx): ChannelVolume {
  const small = zyxOf(shapeZyx.map((size, axis) => Math.floor(size / byZyx[axis])));
  const result = new Float32Array(channels * voxelsOf(small)).fill(Number.NEGATIVE_INFINITY);
  forEachRow({ channels, shapeZyx }, (channel, z, y, from) => {
    const [sz, sy] = [Math.floor(z / byZyx[0]), Math.floor(y / byZyx[1])];
    if (sz >= small[0] || sy >= small[1]) return;
    const to = ((channel * small[0] + sz) * small[1] + sy) * small[2];
    for (let x = 0; x < small[2] * byZyx[2]; x++) {
      const at = to + Math.floor(x / byZyx[2]);
      if (values[from + x] > result[at]) result[at] = values[from + x];
    }
  });
  return { channels, shapeZyx: small, values: result };
}

function enlarge({ channels, shapeZyx, values }: ChannelVolume, byZyx: Zyx): ChannelVolume {
  const large = zyxOf(shapeZyx.map((size, axis) => size * byZyx[axis]));
  const result = new Float32Array(channels * voxelsOf(large));
  forEachRow({ channels, shapeZyx: large }, (channel, z, y, to) => {
    const row = (channel * shapeZyx[0] + Math.floor(z / byZyx[0])) * shapeZyx[1] + Math.floor(y / byZyx[1]);
    for (let x = 0; x < large[2]; x++) result[to + x] = values[row * shapeZyx[2] + Math.floor(x / byZyx[2])];
  });
  return { channels, shapeZyx: large, values: result };
}

function forEachRow(
  { channels, shapeZyx: [depth, height, width] }: Pick<ChannelVolume, "channels" | "shapeZyx">,
  visit: (channel: number, z: number, y: number, first: number) => void,
): void {
  let first = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let z = 0; z < depth; z++) for (let y = 0; y < height; y++, first += width) visit(channel, z, y, first);
}

function join(a: ChannelVolume, b: ChannelVolume): ChannelVolume {
  if (a.values.length / a.channels !== b.values.length / b.channels)
    throw new RangeError(`volumes of ${a.shapeZyx.join(" × ")} and ${b.shapeZyx.join(" × ")} cannot be joined`);
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { channels: a.channels + b.channels, shapeZyx: a.shapeZyx, values };
}
