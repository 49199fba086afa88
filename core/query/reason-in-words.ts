import type { ScoreFacts } from "../contract/predicted-instance.ts";
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

export interface ScoredReason {
  /** Ranks of u1…u5 in the pool; u5 is absent until enough nuclei are accepted. */
  readonly ranks: readonly number[];
  readonly scores: readonly number[];
  readonly facts: ScoreFacts | null;
  readonly oddness: Oddness | null;
}

/** Why this nucleus is asked about: the score that stands out most, as a person would say it. */
export function reasonInWords({ ranks, scores, facts, oddness }: ScoredReason): string {
  // A rank says nothing where the score itself is zero, as when all passes agree on every nucleus.
  const weights = ranks.map((rank, i) => (scores[i] > 0 ? rank : 0));
  const strongest = weights.indexOf(Math.max(...weights));
  if (weights.length === 0 || weights[strongest] === 0) return "all passes agree on it";
  switch (strongest) {
    case 0:
      return "edge unclear";
    case 1:
      return facts && facts.matched < 2 ? "hardly any pass draws it alike" : "the passes draw different outlines";
    case 2:
      return facts
        ? `${passes(facts.passes - facts.matched)} of ${inWords(facts.passes)} did not find it`
        : "not always found";
    case 3:
      if (facts && facts.split > 0 && facts.split >= facts.merged) return `${passes(facts.split)} split it`;
      if (facts && facts.merged > 0) return `${passes(facts.merged)} joined it with a neighbour`;
      return "hardly any wall to its neighbour";
    default:
      return oddness ? ODD[oddness.feature][oddness.larger ? 0 : 1] : "unusual shape";
  }
}

export const CANDIDATE_REASON = "a nucleus may have been missed here";
export const IMPORT_REASON = "imported, not yet judged";
