import { countClasses, learnable, MOST_OF_A_CLASS } from "./class-counts.ts";
import { type CrossValidated, crossValidate, shuffled } from "./cross-validate.ts";
import { type ClassifiedNucleus, fitClassifier } from "./fit-classifier.ts";
import type { NucleusClassifier } from "./nucleus-classifier.ts";

export interface LearnedClasses {
  readonly classifier: NucleusClassifier;
  readonly measured: CrossValidated & { readonly classes: readonly string[] };
}

/** Learns to tell the classes, and measures how well. Null: too few nuclei. The same for the same nuclei and numbers. */
export function learnClasses(nuclei: readonly ClassifiedNucleus[], uniform: () => number): LearnedClasses | null {
  const classes = learnable(countClasses(nuclei.map(({ className }) => className)));
  if (classes.length === 0) return null;
  const learned = classes.flatMap((name) =>
    shuffled(
      nuclei.filter(({ className }) => className === name),
      uniform,
    ).slice(0, MOST_OF_A_CLASS),
  );
  const measured = { classes, ...crossValidate(learned, classes, uniform) };
  return { classifier: fitClassifier(learned, classes), measured };
}
