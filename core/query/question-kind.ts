/** What the next question of a project's queue asks about. */
export type QuestionKind = "uncertain" | "candidate" | "audit";

/** At most a fifth of a queue asks about places where a nucleus may have been missed: one for four nuclei. */
const NUCLEI_PER_CANDIDATE = 4;

/**
 * Of ten questions the tenth is a random audit item and the third and eighth are candidates; the others are the most
 * uncertain nuclei. `asked` counts the project's questions before this one.
 */
export function questionKindAfter(asked: number): QuestionKind {
  if (asked % 10 === 9) return "audit";
  return asked % 5 === 2 ? "candidate" : "uncertain";
}

/** How many candidates may stand in a queue with this many nuclei. */
export const maxCandidates = (nuclei: number): number => Math.floor(nuclei / NUCLEI_PER_CANDIDATE);
