import * as tf from "@tensorflow/tfjs";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import type { NetworkWeights } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { foldStatistics, runFolded } from "./forward.ts";
import { splitWeights } from "./parameters.ts";

/** A network ready to predict. Call `dispose` when done. */
export class Predictor {
  readonly config: NetworkConfig;
  private readonly parameters: tf.Tensor[];

  constructor(config: NetworkConfig, { weights, mean, variance }: NetworkWeights) {
    this.config = config;
    this.parameters = tf.tidy(() =>
      foldStatistics(splitWeights(config, tf.tensor1d(weights)), tf.tensor1d(mean), tf.tensor1d(variance)),
    );
  }

  /** Probabilities of one tile, `[d, h, w, heads]`; the shape must be whole multiples of the pooling factor. */
  async predictTile(image: Float32Array, shapeZyx: Zyx): Promise<Float32Array> {
    const probabilities = tf.tidy(() =>
      tf.sigmoid(runFolded(this.config, this.parameters, tf.tensor5d(image, [1, ...shapeZyx, 1]))),
    );
    const values = (await probabilities.data()) as Float32Array;
    probabilities.dispose();
    return values;
  }

  dispose(): void {
    tf.dispose(this.parameters);
  }
}
