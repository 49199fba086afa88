import * as tf from "@tensorflow/tfjs";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { listParameters, sizeOf } from "../../../core/checkpoint/network-layout.ts";
import { createRandom } from "../random.ts";

/** He initialisation from the seed, the same numbers on every engine. */
export function initialWeights(config: NetworkConfig, seed: number): Float32Array {
  const random = createRandom(seed);
  const parts = listParameters(config).map(({ shape, role }) => {
    const values = new Float32Array(sizeOf(shape));
    if (role === "scale") values.fill(1);
    if (role === "filter") {
      const deviation = Math.sqrt(2 / sizeOf(shape.slice(0, -1)));
      for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
    }
    return values;
  });
  const flat = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += part.length;
  }
  return flat;
}

/** Cuts the flat vector into the arrays of the forward pass. */
export function splitWeights(config: NetworkConfig, flat: tf.Tensor1D): tf.Tensor[] {
  const specs = listParameters(config);
  const pieces = tf.split(
    flat,
    specs.map((spec) => sizeOf(spec.shape)),
  );
  return pieces.map((piece, index) => tf.reshape(piece, [...specs[index].shape]));
}
