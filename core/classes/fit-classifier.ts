import { minimise } from "./minimise.ts";
import { type NucleusClassifier, softmax, standardOf, termsOf } from "./nucleus-classifier.ts";
import { featureNames, type NucleusFeatures } from "./nucleus-features.ts";

export interface ClassifiedNucleus {
  readonly className: string;
  /** Nuclei of one specimen are never on both sides of a measurement. */
  readonly specimen: string;
  readonly features: NucleusFeatures;
}

/** Sum of squared weights, constants left out, against the mean loss times the number of nuclei: C = 1 of other programs. */
const RIDGE = 1;

/**
 * The one classifier that fits these nuclei best: mean loss with every class weighing the same, however rare it is, and a
 * ridge. `classes`: in this order; every one has a nucleus.
 */
export function fitClassifier(nuclei: readonly ClassifiedNucleus[], classes: readonly string[]): NucleusClassifier {
  const standard = standardOf(nuclei.map(({ features }) => features));
  const rows = nuclei.map(({ features }) => termsOf(features, standard));
  const truth = nuclei.map(({ className }) => classes.indexOf(className));
  const counts = classes.map((_, k) => truth.filter((one) => one === k).length);
  const [terms, classCount] = [2 * featureNames.length + 1, classes.length];
  const scores = new Float64Array(classCount);
  const solution = minimise(
    (weights, gradient) => {
      gradient.fill(0);
      let loss = 0;
      rows.forEach((row, i) => {
        for (let k = 0; k < classCount; k++) {
          let score = 0;
          for (let t = 0; t < terms; t++) score += weights[k * terms + t] * row[t];
          scores[k] = score;
        }
        softmax(scores);
        const importance = 1 / (classCount * counts[truth[i]]);
        loss -= importance * Math.log(Math.max(Number.MIN_VALUE, scores[truth[i]]));
        for (let k = 0; k < classCount; k++) {
          const pull = importance * (scores[k] - (k === truth[i] ? 1 : 0));
          for (let t = 0; t < terms; t++) gradient[k * terms + t] += pull * row[t];
        }
      });
      const ridge = RIDGE / nuclei.length;
      for (let k = 0; k < classCount; k++)
        for (let t = 0; t < terms - 1; t++) {
          const weight = weights[k * terms + t];
          loss += (ridge / 2) * weight ** 2;
          gradient[k * terms + t] += ridge * weight;
        }
      return loss;
    },
    new Float64Array(classCount * terms),
  );
  return {
    classes: [...classes],
    features: [...featureNames],
    ...standard,
    weights: classes.map((_, k) => Array.from(solution.subarray(k * terms, (k + 1) * terms))),
  };
}
