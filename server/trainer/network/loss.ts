import * as tf from "@tensorflow/tfjs";
import type { Head } from "../../../core/checkpoint/network-config.ts";

/** Truth of one patch; every array `[n, d, h, w]` flattened, one entry per voxel. */
export interface PatchTruth {
  /** 1 where the voxel counts, 0 where the truth is unknown. */
  readonly known: tf.Tensor;
  readonly foreground: tf.Tensor;
  /** Distance to the outside of the nucleus over the nucleus's own maximum; 0 in background. */
  readonly distance: tf.Tensor;
  readonly boundary: tf.Tensor;
}

/** Distance errors weigh five times as much inside nuclei as outside. */
const DISTANCE_INSIDE_WEIGHT = 4;

/**
 * Sum of one term per head, each a mean over the **known** voxels; exactly 0, with zero gradients, where nothing is known.
 * `logits` is `[n, d, h, w, heads]`. Unknown voxels are multiplied by zero after their logits were replaced by zero, so
 * their truth cannot reach the loss in any bit.
 */
export function maskedLoss(heads: readonly Head[], logits: tf.Tensor5D, truth: PatchTruth): tf.Scalar {
  const known = tf.reshape(truth.known, [-1]);
  const count = tf.maximum(tf.sum(known), 1);
  const anything = tf.minimum(tf.sum(known), 1);
  const channels = tf.unstack(tf.reshape(logits, [-1, heads.length]), 1) as tf.Tensor1D[];
  const terms = heads.map((head, index) => {
    const logit = channels[index];
    const target = tf.mul(tf.reshape(truth[head], [-1]), known);
    return head === "distance"
      ? distanceTerm(logit, target, tf.mul(tf.reshape(truth.foreground, [-1]), known), known, count)
      : maskTerm(logit, target, known, count);
  });
  return tf.mul(tf.addN(terms), anything) as tf.Scalar;
}

/** Binary cross-entropy plus soft Dice over the batch, 1 added to both parts of the fraction. */
function maskTerm(logit: tf.Tensor, target: tf.Tensor, known: tf.Tensor, count: tf.Tensor): tf.Tensor {
  const probability = tf.sigmoid(logit);
  // max(l, 0) − l·t + log(1 + e^−|l|), the overflow-free form.
  const entropy = tf.add(tf.sub(tf.relu(logit), tf.mul(logit, target)), tf.log1p(tf.exp(tf.neg(tf.abs(logit)))));
  const crossEntropy = tf.div(tf.sum(tf.mul(entropy, known)), count);
  const inside = tf.mul(probability, known);
  const dice = tf.div(
    tf.add(tf.mul(tf.sum(tf.mul(inside, target)), 2), 1),
    tf.add(tf.add(tf.sum(inside), tf.sum(target)), 1),
  );
  return tf.add(crossEntropy, tf.sub(1, dice));
}

function distanceTerm(
  logit: tf.Tensor,
  target: tf.Tensor,
  foreground: tf.Tensor,
  known: tf.Tensor,
  count: tf.Tensor,
): tf.Tensor {
  const weight = tf.add(known, tf.mul(foreground, DISTANCE_INSIDE_WEIGHT));
  return tf.div(tf.sum(tf.mul(tf.abs(tf.sub(tf.sigmoid(logit), target)), weight)), count);
}
