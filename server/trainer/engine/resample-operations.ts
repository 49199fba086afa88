import * as tf from "@tensorflow/tfjs";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/*
 * Pooling and nearest-neighbour enlargement of `[n, d, h, w, c]` by whole factors, with gradients written by each other:
 * TensorFlow's own gradient of MaxPool3D took a fifth of the training step on two cores (56 of 290 ms).
 */

/** Every voxel repeated `factorZyx` times along each axis. */
export function repeatVoxels(x: tf.Tensor5D, factorZyx: Zyx): tf.Tensor5D {
  const [n, d, h, w, c] = x.shape;
  const [fz, fy, fx] = factorZyx;
  let planes = tf.reshape(x, [n * d, h, w, c]) as tf.Tensor4D;
  if (fy > 1 || fx > 1) planes = tf.image.resizeNearestNeighbor(planes, [h * fy, w * fx]);
  if (fz === 1) return tf.reshape(planes, [n, d, h * fy, w * fx, c]);
  const slabs = tf.reshape(planes, [n * d, 1, h * fy * w * fx * c]);
  return tf.reshape(tf.concat(new Array(fz).fill(slabs), 1), [n, d * fz, h * fy, w * fx, c]);
}

/** Nearest-neighbour enlargement; differentiable. */
export function enlarge(x: tf.Tensor5D, factorZyx: Zyx): tf.Tensor5D {
  const [fz, fy, fx] = factorZyx;
  const operation = tf.customGrad((input) => ({
    value: repeatVoxels(input as tf.Tensor5D, factorZyx),
    gradFunc: (dy: tf.Tensor) =>
      tf.mul(tf.avgPool3d(dy as tf.Tensor5D, [fz, fy, fx], [fz, fy, fx], "valid"), fz * fy * fx),
  }));
  return operation(x) as tf.Tensor5D;
}

/**
 * Maximum of each `factorZyx` box of values that are not negative (the wasm backend starts its maximum at 0);
 * differentiable. All voxels that share the maximum get the gradient: after a ReLU these are zeros, where the ReLU stops it.
 */
export function shrinkByMax(x: tf.Tensor5D, factorZyx: Zyx): tf.Tensor5D {
  const [fz, fy, fx] = factorZyx;
  const operation = tf.customGrad((...args) => {
    const input = args[0] as tf.Tensor5D;
    const save = args[1] as unknown as tf.GradSaveFunc;
    const value = tf.maxPool3d(input, [fz, fy, fx], [fz, fy, fx], "valid");
    save([input, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, savedMax] = saved as [tf.Tensor5D, tf.Tensor5D];
        const isMax = tf.equal(savedInput, repeatVoxels(savedMax, factorZyx));
        return tf.mul(tf.cast(isMax, "float32"), repeatVoxels(dy as tf.Tensor5D, factorZyx));
      },
    };
  });
  return operation(x) as tf.Tensor5D;
}
