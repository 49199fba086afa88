import * as tf from "@tensorflow/tfjs";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { foldStatistics, runFolded } from "./forward.ts";
import type { NetworkConfig } from "./network-config.ts";
import { splitWeights } from "./parameters.ts";

/** What prediction needs of a trained network. */
export interface NetworkWeights {
  readonly weights: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

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
