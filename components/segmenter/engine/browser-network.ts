import * as tf from "@tensorflow/tfjs-core";
import { type FoldedLayer, foldLayers } from "../../../core/checkpoint/folded-layers.ts";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/*
 * The forward pass of server/trainer/network/forward.ts in operations of two dimensions, which every backend of a browser has and is
 * fast at: a slice is an image of a batch, and the slices beside it are channels of it. Batches are [d, h, w, channels].
 */

interface Layer {
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
  readonly depthTaps: number;
}

/** A trained network, ready to look at one tile at a time. */
export class BrowserNetwork {
  readonly config: NetworkConfig;
  readonly #layers: readonly Layer[];

  constructor(model: Pick<TrainedModel, "config" | "weights">) {
    this.config = model.config;
    this.#layers = foldLayers(model).map(layerOf);
  }

  /** Probabilities `[d, h, w, heads]` of a normalised tile; its shape must be whole multiples of the pooling factor. */
  async predictTile(image: Float32Array, shapeZyx: Zyx): Promise<Float32Array> {
    const probabilities = tf.tidy(() => this.#run(tf.tensor4d(image, [...shapeZyx, 1])));
    const values = (await probabilities.data()) as Float32Array;
    probabilities.dispose();
    return values;
  }

  dispose(): void {
    for (const { filter, bias } of this.#layers) tf.dispose([filter, bias]);
  }

  #run(image: tf.Tensor4D): tf.Tensor4D {
    const { levels } = this.config;
    let next = 0;
    const block = (...inputs: tf.Tensor4D[]) => {
      const first = convolve(inputs, this.#layers[next++], "relu");
      return convolve([first], this.#layers[next++], "relu");
    };
    const skips: tf.Tensor4D[] = [];
    let x = image;
    levels.forEach(({ poolZyx }, index) => {
      if (index > 0) x = shrinkByMax(x, poolZyx);
      x = block(x);
      skips.push(x);
    });
    for (let index = levels.length - 2; index >= 0; index--)
      x = block(enlarge(x, levels[index + 1].poolZyx), skips[index]);
    return convolve([x], this.#layers[next], "sigmoid");
  }
}

/** `[kz, ky, kx, in, out]` -> `[ky, kx, kz · in, out]`: taps along z are channels. */
function layerOf({ filter, bias, kernelZyx: [kz, ky, kx], inputs, outputs }: FoldedLayer): Layer {
  const turned = tf.tidy(() =>
    tf.reshape(tf.transpose(tf.tensor5d(filter, [kz, ky, kx, inputs, outputs]), [1, 2, 0, 3, 4]), [
      ky,
      kx,
      kz * inputs,
      outputs,
    ]),
  );
  return { filter: turned as tf.Tensor4D, bias: tf.tensor1d(bias), depthTaps: kz };
}

/** Of the inputs' channels side by side; padding "same". */
function convolve(
  inputs: readonly tf.Tensor4D[],
  { filter, bias, depthTaps }: Layer,
  activation: "relu" | "sigmoid",
): tf.Tensor4D {
  return tf.tidy(() => {
    const radius = (depthTaps - 1) / 2;
    const padded = inputs.map((x) => (radius === 0 ? x : withRim(x, radius)));
    const depth = inputs[0].shape[0];
    const taps = Array.from({ length: depthTaps }, (_, tap) =>
      padded.map((x) => tf.slice(x, [tap, 0, 0, 0], [depth, x.shape[1], x.shape[2], x.shape[3]])),
    ).flat();
    const x = taps.length === 1 ? taps[0] : tf.concat(taps, 3);
    return tf.fused.conv2d({ x, filter, strides: 1, pad: "same", bias, activation }) as tf.Tensor4D;
  });
}

/** Slices of zeros before and after. */
const withRim = (x: tf.Tensor4D, slices: number): tf.Tensor4D =>
  tf.pad(x, [
    [slices, slices],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);

/** Maximum of each box of values that are not negative. */
function shrinkByMax(x: tf.Tensor4D, [fz, fy, fx]: Zyx): tf.Tensor4D {
  return tf.tidy(() => {
    const flat = tf.maxPool(x, [fy, fx], [fy, fx], "valid");
    if (fz === 1) return flat;
    const [d, h, w, c] = flat.shape;
    return tf.reshape(tf.max(tf.reshape(flat, [d / fz, fz, h * w * c]), 1), [d / fz, h, w, c]);
  });
}

/** Every voxel repeated along each axis. */
function enlarge(x: tf.Tensor4D, [fz, fy, fx]: Zyx): tf.Tensor4D {
  return tf.tidy(() => {
    const [d, h, w, c] = x.shape;
    const flat = fy === 1 && fx === 1 ? x : tf.image.resizeNearestNeighbor(x, [h * fy, w * fx]);
    if (fz === 1) return flat;
    const slabs = tf.reshape(flat, [d, 1, h * fy * w * fx * c]) as tf.Tensor3D;
    return tf.reshape(tf.concat(new Array<tf.Tensor3D>(fz).fill(slabs), 1), [d * fz, h * fy, w * fx, c]);
  });
}
