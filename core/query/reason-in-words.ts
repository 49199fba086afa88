import type { ScoreFacts } from "../contract/predicted-instance.ts";
import type { DoubtParts } from "./doubt.ts";
import type { Oddness } from "./oddness.ts";

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];
const inWords = (count: number): string => NUMBERS[count] ?? String(count);
const passes = (count: number): string => `${inWords(count)} ${count === 1 ? "pass" : "passes"}`;

const ODD: Record<Oddness["feature"], readonly [larger: string, smaller: string]> = {
  volume: ["larger than the accepted nuclei", "smaller than the accepted nuclei"],
  elongation: ["longer than the accepted nuclei", "rounder than the accepted nuclei"],
  flatness: ["flatter than the accepted nuclei", "less flat than the accepted nuclei"],
  sphericity: ["smoother than the accepted nuclei", "more ragged than the accepted nuclei"],
};

/** In the order in which they are named where several stand out alike. */
const reasonParts = ["edge", "outlines", "splitOrMerged", "odd", "inside"] as const;
export type ReasonPart = (typeof reasonParts)[number];

export interface ScoredReason {
  readonly parts: DoubtParts;
  /** Of a part in the pool, in (0, 1]. */
  rankOf(part: ReasonPart): number;
  readonly facts: ScoreFacts | null;
  readonly oddness: Oddness | null;
}

/** Why this nucleus is asked about: the part of its doubt that stands out most, as a person would say it. */
export function reasonInWords({ parts, rankOf, facts, oddness }: ScoredReason): string {
  // A rank says nothing where the part itself is zero, as when all passes agree on every nucleus.
  const weightOf = (part: ReasonPart) => (parts[part] > 0 ? rankOf(part) : 0);
  const strongest = reasonParts.reduce((best, part) => (weightOf(part) > weightOf(best) ? part : best));
  if (weightOf(strongest) === 0) return "all passes agree on it";
  switch (strongest) {
    case "edge":
      return "edge unclear";
    case "outlines":
      if (facts && facts.matched < facts.passes)
        return `${passes(facts.passes - facts.matched)} of ${inWords(facts.passes)} did not find it`;
      return "the passes draw different outlines";
    case "splitOrMerged":
      if (facts && facts.split > 0 && facts.split >= facts.merged) return `${passes(facts.split)} split it`;
      if (facts && facts.merged > 0) return `${passes(facts.merged)} joined it with a neighbour`;
      return "hardly any wall to its neighbour";
    case "odd":
      return oddness ? ODD[oddness.feature][oddness.larger ? 0 : 1] : "unusual shape";
    case "inside":
      return "unclear all through";
  }
}

export const CANDIDATE_REASON = "a nucleus may have been missed here";
export const IMPORT_REASON = "imported, not yet judged";

/** Of what several people drew blind. */
export const agreementReason = (agreed: number, annotators: number): string =>
  `${inWords(agreed)} of ${inWords(annotators)} annotators drew it`;
