import { type ClassCount, LEAST_OF_A_CLASS } from "../../core/classes/class-counts.ts";
import type { ClassScores } from "../../core/contract/class-scores.ts";

/** What is missing for classes to be proposed, in sentences; none where nothing is. */
export function classAdvice(scores: ClassScores | null): string[] {
  if (!scores || scores.given.length === 0)
    return [
      `No training has seen a nucleus with a class yet. Give nuclei a class with the number keys: from ${LEAST_OF_A_CLASS} nuclei of each of two classes on, the next training proposes classes.`,
    ];
  const { given, measured } = scores;
  const few = given.filter(({ name }) => !measured?.classes.includes(name));
  if (few.length === 0) return [];
  if (measured)
    return [
      `Not proposed, as ${LEAST_OF_A_CLASS} finished nuclei of a class are needed outside of what is kept for validation: ${listed(few)}.`,
    ];
  return [
    `Classes are not proposed yet. That takes two classes with ${LEAST_OF_A_CLASS} finished nuclei each, outside of what is kept for validation. The last training saw: ${listed(given)}.`,
  ];
}

const listed = (counts: readonly ClassCount[]): string =>
  counts.map(({ name, nuclei }) => `${name} (${nuclei} ${nuclei === 1 ? "nucleus" : "nuclei"})`).join(", ");
