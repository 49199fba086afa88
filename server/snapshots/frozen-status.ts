import { type LabelStatus, labelStatuses } from "../../core/labels/label-status.ts";

/**
 * Status of a nucleus in a snapshot. One without a status was painted by a person and counts as accepted (R56); one
 * that somebody is looking at in the queue is not finished, so training must not know it.
 */
export function statusInSnapshot(field: string | undefined, isOpen: boolean): LabelStatus {
  if (isOpen) return "unfinished";
  // Texts of records are not bounded to our words: what we do not know is not truth.
  return field === undefined ? "accepted" : (labelStatuses.find((status) => status === field) ?? "unfinished");
}
