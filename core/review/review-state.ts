/** How far the second look at a nucleus has come; `none`: nobody is asked for one. Positions travel in lists: append only. */
export const reviewStates = ["none", "waiting", "approved", "sent-back"] as const;

export type ReviewState = (typeof reviewStates)[number];

export const reviewVerdicts = ["approved", "sent-back"] as const;

export type ReviewVerdict = (typeof reviewVerdicts)[number];

/** What a reviewer said of a nucleus, as it was when they looked at it. */
export interface Verdict {
  readonly verdict: ReviewVerdict;
  /** Of voxels and class: a verdict holds for exactly these, and holds again when an undo brings them back. */
  readonly fingerprint: string;
}

/** A verdict is of a content: what is drawn otherwise since is looked at anew, whatever the rule asks for. */
export function reviewStateOf(nucleus: {
  readonly isTruth: boolean;
  readonly isAsked: boolean;
  readonly fingerprint: string;
  readonly verdict: Verdict | undefined;
}): ReviewState {
  const { isTruth, isAsked, fingerprint, verdict } = nucleus;
  if (!isTruth) return "none";
  if (verdict?.fingerprint === fingerprint) return verdict.verdict;
  return isAsked ? "waiting" : "none";
}
