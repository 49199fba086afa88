import { textHash } from "../text/text-hash.ts";

/** Which nuclei of a project a second person is asked about. */
export const reviewScopes = ["none", "all", "share", "corrected", "newcomers"] as const;

export type ReviewScope = (typeof reviewScopes)[number];

export interface ReviewRule {
  readonly scope: ReviewScope;
  /** 1…100, of `share`. */
  readonly sharePercent: number;
  /** A member is new for so many days, of `newcomers`. */
  readonly newcomerDays: number;
}

export const noReview: ReviewRule = { scope: "none", sharePercent: 20, newcomerDays: 14 };

/** What the rule is asked of a nucleus that counts as truth. */
export interface AskedOf {
  readonly volumeId: string;
  /** Canonical. */
  readonly label: number;
  readonly isCorrected: boolean;
  /** `import`, a proposal's id, or null where a person began it. */
  readonly origin: string | null;
  /** Ms since 1970; 0 where nobody has touched it since it was imported. */
  readonly changedAtMs: number;
  /** When its last author joined the project, ms; null: no member (any more), or nobody. */
  readonly authorJoinedAtMs: number | null;
}

const DAY_MS = 24 * 60 * 60_000;

export function isAskedBy(rule: ReviewRule, nucleus: AskedOf): boolean {
  switch (rule.scope) {
    case "none":
      return false;
    case "all":
      return true;
    case "share":
      return drawnPercent(nucleus.volumeId, nucleus.label) < rule.sharePercent;
    case "corrected":
      // Whatever a person drew: what a model or a file brought as it is stays out.
      return nucleus.isCorrected || (nucleus.origin === null && nucleus.changedAtMs > 0);
    case "newcomers":
      // Of the moment when it was drawn: nobody grows out of what they made while they were new.
      return (
        nucleus.changedAtMs > 0 &&
        (nucleus.authorJoinedAtMs === null ||
          nucleus.changedAtMs < nucleus.authorJoinedAtMs + rule.newcomerDays * DAY_MS)
      );
  }
}

/**
 * 0 ≤ x < 100, drawn by volume and label alone: the same on every server and every day, and a larger share holds the
 * smaller one.
 */
export const drawnPercent = (volumeId: string, label: number): number =>
  (textHash(`${volumeId} ${label}`) / 2 ** 32) * 100;
