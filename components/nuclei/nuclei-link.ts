import { type LabelStatus, labelStatuses } from "../../core/labels/label-status.ts";
import { type ReviewState, reviewStates } from "../../core/review/review-state.ts";
import type { NucleusFilter } from "./nucleus-order.ts";

export const everyNucleus: NucleusFilter = { text: "", statuses: [], reviews: [] };

/** A text of a person may be long; an address may not. */
const MAX_TEXT = 200;

/** The editor of a volume with its list filtered: `/volumes/…?status=accepted&review=waiting&text=mitotic`. */
export function nucleiHref(volumeId: string, filter: Partial<NucleusFilter>): string {
  const query = new URLSearchParams();
  for (const status of filter.statuses ?? []) query.append("status", status);
  for (const review of filter.reviews ?? []) query.append("review", review);
  if (filter.text) query.set("text", filter.text.slice(0, MAX_TEXT));
  return `/volumes/${volumeId}?${query}`;
}

/** The editor of a volume with its queue open. */
export const queueHref = (volumeId: string): string => `/volumes/${volumeId}?open=queue`;

/** What an address asks the list for; whatever it does not know is left out. */
export function filterOfSearch(search: string): NucleusFilter {
  const query = new URLSearchParams(search);
  const isStatus = (text: string): text is LabelStatus => (labelStatuses as readonly string[]).includes(text);
  const isReview = (text: string): text is ReviewState => (reviewStates as readonly string[]).includes(text);
  return {
    text: (query.get("text") ?? "").slice(0, MAX_TEXT),
    statuses: [...new Set(query.getAll("status").filter(isStatus))],
    reviews: [...new Set(query.getAll("review").filter(isReview))],
  };
}
