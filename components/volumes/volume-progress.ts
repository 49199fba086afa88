/** How far a volume is: nobody has begun, somebody is at it, somebody has said that it is done. */
export type VolumeProgress = "to-do" | "in-work" | "done";

export interface ProgressFacts {
  readonly doneAt: Date | null;
  readonly doneBy: string | null;
  /** Who changed its labels last. */
  readonly workedOnBy: string | null;
  /** Finished and unfinished ones; null: not counted yet. */
  readonly nuclei: number | null;
}

export function progressOf({ doneAt, workedOnBy, nuclei }: ProgressFacts): VolumeProgress {
  if (doneAt) return "done";
  return workedOnBy !== null || (nuclei ?? 0) > 0 ? "in-work" : "to-do";
}

export const progressWords: Readonly<Record<VolumeProgress, string>> = {
  "to-do": "To do",
  "in-work": "In work",
  done: "Done",
};

/** Whose it is, as far as anybody's; null where nobody has touched it. */
export const whoOf = (facts: ProgressFacts): string | null =>
  progressOf(facts) === "done" ? facts.doneBy : facts.workedOnBy;
