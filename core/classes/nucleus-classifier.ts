import { z } from "zod";
import { MAX_CLASSES } from "./class-counts.ts";
import { featureNames, type NucleusFeatures } from "./nucleus-features.ts";
import type { ProposedClass } from "./proposed-class.ts";

/** As long as a frozen nucleus's class may be. */
export const classNameSchema = z.string().min(1).max(200);

/**
 * Tells the class of a nucleus by its features: multinomial logistic regression over standardised features and their squares,
 * so that a class may lie on both sides of another. It is stored with the checkpoint.
 */
export const nucleusClassifierSchema = z
  .strictObject({
    classes: z.array(classNameSchema).min(2).max(MAX_CLASSES),
    /** What it was made for: only whoever measures the same may ask it. */
    features: z.array(z.string().max(50)).min(1).max(100),
    means: z.array(z.number()).max(100),
    scales: z.array(z.number().gt(0)).max(100),
    /** Of each class: one for every feature, one for every square, and a constant. */
    weights: z.array(z.array(z.number()).max(201)).max(MAX_CLASSES),
  })
  .refine(
    ({ classes, features, means, scales, weights }) =>
      new Set(classes).size === classes.length &&
      means.length === features.length &&
      scales.length === features.length &&
      weights.length === classes.length &&
      weights.every((row) => row.length === 2 * features.length + 1),
    { error: "numbers for every class and feature" },
  );

export type NucleusClassifier = z.infer<typeof nucleusClassifierSchema>;

/** Null for one that asks for other features than are measured here: then there are no classes, and no wrong ones. */
export const askable = (classifier: NucleusClassifier | null): NucleusClassifier | null =>
  classifier?.features.length === featureNames.length &&
  featureNames.every((name, k) => name === classifier.features[k])
    ? classifier
    : null;

const TERMS = 2 * featureNames.length;

/** How features become the terms of the regression. */
export type Standard = Pick<NucleusClassifier, "means" | "scales">;

/** Farther out than this a nucleus is odd, and not more of its class for it. */
const MAX_SIGMAS = 3;

/** What cannot be measured counts as average. A constant 1 comes last. */
export function termsOf(features: NucleusFeatures, { means, scales }: Standard): Float64Array {
  const terms = new Float64Array(TERMS + 1);
  features.forEach((value, k) => {
    if (value === null) return;
    const sigmas = Math.max(-MAX_SIGMAS, Math.min(MAX_SIGMAS, (value - means[k]) / scales[k]));
    terms[k] = sigmas;
    // Of a normal distribution with mean 0 and variance 1, too.
    terms[featureNames.length + k] = (sigmas ** 2 - 1) / Math.SQRT2;
  });
  terms[TERMS] = 1;
  return terms;
}

/** Mean and spread of every feature over the nuclei where it could be measured. */
export function standardOf(nuclei: readonly NucleusFeatures[]): Standard {
  const means: number[] = [];
  const scales: number[] = [];
  for (let k = 0; k < featureNames.length; k++) {
    const values = nuclei.flatMap((features) => features[k] ?? []);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
    means.push(mean);
    scales.push(variance > 1e-12 ? Math.sqrt(variance) : 1);
  }
  return { means, scales };
}

/** Probabilities from the scores of all classes, written over them. */
export function softmax(scores: Float64Array): Float64Array {
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k] - highest);
  for (let k = 0; k < scores.length; k++) scores[k] /= sum;
  return scores;
}

/** In the order of `classes`; they sum to 1. */
export function classProbabilities(classifier: NucleusClassifier, features: NucleusFeatures): Float64Array {
  const terms = termsOf(features, classifier);
  return softmax(
    Float64Array.from(classifier.weights, (row) => row.reduce((sum, weight, term) => sum + weight * terms[term], 0)),
  );
}

export function proposeClass(classifier: NucleusClassifier, features: NucleusFeatures): ProposedClass {
  const probabilities = classProbabilities(classifier, features);
  const best = probabilities.indexOf(Math.max(...probabilities));
  return { name: classifier.classes[best], probability: Math.min(1, probabilities[best]) };
}
