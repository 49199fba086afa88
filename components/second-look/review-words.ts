import type { ReviewState } from "../../core/review/review-state.ts";
import type { SaidOfNucleus } from "./second-look-contract.ts";

export const reviewWords: Readonly<Record<ReviewState, string>> = {
  none: "No second look asked for",
  waiting: "Waits for a second look",
  approved: "Approved by a second person",
  "sent-back": "Sent back",
};

/** After a name. */
export const saidWords: Readonly<Record<SaidOfNucleus["kind"], string>> = {
  approved: "approved",
  "sent-back": "sent it back",
  "taken-back": "took that back",
  answered: "answered",
};
