import { type CrossValidated, crossValidate, shuffled } from "./cross-validate.ts";
import { type ClassifiedNucleus, fitClassifier } from "./fit-classifier.ts";
import { MAX_CLASSES, type NucleusClassifier } from "./nucleus-classifier.ts";

/** A class with fewer nuclei is not learned. */
export const LEAST_OF_A_CLASS = 5;
/** More add little and take long. */
export const MOST_OF_A_CLASS = 500;

export interface ClassCount {
  readonly name: string;
  readonly nuclei: number;
}

/** The most frequent first. */
export function countClasses(names: Iterable<string>): ClassCount[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_CLASSES)
    .map(([name, nuclei]) => ({ name, nuclei }));
}

/** The classes that have enough nuclei to be learned; fewer than two are none. */
export function learnable(counts: readonly ClassCount[]): string[] {
  const names = counts.filter(({ nuclei }) => nuclei >= LEAST_OF_A_CLASS).map(({ name }) => name);
  return names.length < 2 ? [] : names;
}

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
