import { type ClassifiedNucleus, fitClassifier } from "./fit-classifier.ts";
import { proposeClass } from "./nucleus-classifier.ts";

export interface CrossValidated {
  /** `counts[i][j]`: nuclei of class i for which class j would have been proposed by a classifier that had not seen them. */
  readonly counts: readonly (readonly number[])[];
  /** What was left out together: whole specimens, or single nuclei where the classes do not lie in several specimens. */
  readonly by: "specimen" | "nucleus";
}

const FOLDS = 5;

/** Every nucleus is told by a classifier that learned from the others, a fifth of all being left out at a time. */
export function crossValidate(
  nuclei: readonly ClassifiedNucleus[],
  classes: readonly string[],
  uniform: () => number,
): CrossValidated {
  const bySpecimen = foldsOfSpecimens(nuclei);
  const by = leavesAllClasses(nuclei, classes, bySpecimen) ? "specimen" : "nucleus";
  const folds = by === "specimen" ? bySpecimen : foldsOfNuclei(nuclei, classes, uniform);
  const counts = classes.map(() => classes.map(() => 0));
  for (const fold of new Set(folds)) {
    const classifier = fitClassifier(
      nuclei.filter((_, i) => folds[i] !== fold),
      classes,
    );
    nuclei.forEach(({ className, features }, i) => {
      if (folds[i] !== fold) return;
      counts[classes.indexOf(className)][classes.indexOf(proposeClass(classifier, features).name)]++;
    });
  }
  return { counts, by };
}

/** The largest specimens first, each to the fold that has least. */
function foldsOfSpecimens(nuclei: readonly ClassifiedNucleus[]): number[] {
  const sizes = new Map<string, number>();
  for (const { specimen } of nuclei) sizes.set(specimen, (sizes.get(specimen) ?? 0) + 1);
  const filled = new Array<number>(Math.min(FOLDS, sizes.size)).fill(0);
  const foldOf = new Map<string, number>();
  for (const [specimen, size] of [...sizes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    const fold = filled.indexOf(Math.min(...filled));
    filled[fold] += size;
    foldOf.set(specimen, fold);
  }
  return nuclei.map(({ specimen }) => foldOf.get(specimen) ?? 0);
}

/** Whether each class is still there, whichever fold is left out. */
const leavesAllClasses = (
  nuclei: readonly ClassifiedNucleus[],
  classes: readonly string[],
  folds: readonly number[],
): boolean => classes.every((name) => new Set(folds.filter((_, i) => nuclei[i].className === name)).size > 1);

/** Each class by itself, dealt out like cards. */
function foldsOfNuclei(
  nuclei: readonly ClassifiedNucleus[],
  classes: readonly string[],
  uniform: () => number,
): number[] {
  const folds = new Array<number>(nuclei.length);
  let next = 0;
  for (const name of classes) {
    const its = nuclei.flatMap(({ className }, i) => (className === name ? [i] : []));
    for (const i of shuffled(its, uniform)) folds[i] = next++ % FOLDS;
  }
  return folds;
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], uniform: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
