import { exactInterval } from "../../core/metrics/exact-interval.ts";
import type { AuditSample, CurvePoint } from "./training-contract.ts";

/** Of the random questions about the proposals that are shown now: how many were right, and what that says of all. */
export function auditWords({ accepted, corrected, rejected }: AuditSample): string {
  const asked = accepted + corrected + rejected;
  if (asked === 0)
    return "No question was drawn at random yet. Every tenth of the queue is: their answers say how many of all proposals are right.";
  const { low, high } = exactInterval(accepted, asked);
  const right = `${accepted} of ${asked} ${asked === 1 ? "proposal" : "proposals"} drawn at random ${accepted === 1 ? "was" : "were"} right as ${accepted === 1 ? "it was" : "they were"}: ${Math.floor(low * 100)}–${Math.ceil(high * 100)} % of all open ones are, with 95 % confidence.`;
  const others = [
    corrected > 0 && `${corrected} needed a correction`,
    rejected > 0 && `${rejected} ${rejected === 1 ? "was" : "were"} no nucleus`,
  ].filter(Boolean);
  return others.length === 0 ? right : `${right} ${others.join(", ")}.`;
}

const SAME_BY = 0.01;

/** What the last trainings gained, where both models were measured on as many kept-out nuclei; null with fewer than two. */
export function gainWords(points: readonly CurvePoint[]): string | null {
  const byTime = [...points].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const last = byTime.at(-1);
  const before = byTime.slice(0, -1).filter(({ keptOutNuclei }) => keptOutNuclei === last?.keptOutNuclei);
  if (!last || before.length === 0) return null;
  const gains = [...before.slice(-2), last].map(({ ap50 }) => ap50);
  const steps = gains.slice(1).map((ap, i) => ap - gains[i]);
  const said = steps.map((gain) => `${gain < 0 ? "−" : "+"}${Math.abs(gain).toFixed(3)}`).join(" and then ");
  const labels = last.nucleiLabelled - before[before.length - 1].nucleiLabelled;
  const worth = steps.every((gain) => Math.abs(gain) < SAME_BY)
    ? " More labels of the same kind change little by now."
    : "";
  return `The last ${steps.length === 1 ? "training" : "two trainings"} changed AP at IoU 0.5 by ${said} (${labels} more labelled nuclei in the last), on ${last.keptOutNuclei} kept-out ${last.keptOutNuclei === 1 ? "nucleus" : "nuclei"}.${worth}`;
}
