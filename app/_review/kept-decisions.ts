import type { DecisionStore, KeptDecision } from "../../components/review/decision-sender.ts";

/** Nobody judges more than this without a server; a larger list is not ours. */
const MAX_KEPT = 10_000;
const kinds: ReadonlySet<unknown> = new Set(["accepted", "corrected", "rejected", "undone", "skipped"]);

const isKept = (value: unknown): value is KeptDecision =>
  typeof value === "object" &&
  value !== null &&
  "labelValue" in value &&
  Number.isSafeInteger(value.labelValue) &&
  "kind" in value &&
  kinds.has(value.kind);

/** In the browser's local storage: there over plain http too, and small. One tab of a person decides (R20). */
export function keptDecisions(volumeId: string, userId: string): DecisionStore {
  const key = `karyoloop-decisions:${volumeId}:${userId}`;
  return {
    load() {
      try {
        const kept: unknown = JSON.parse(globalThis.localStorage.getItem(key) ?? "[]");
        return Array.isArray(kept) ? kept.filter(isKept).slice(0, MAX_KEPT) : [];
      } catch {
        return []; // withheld, or not ours
      }
    },
    save(waiting) {
      try {
        if (waiting.length === 0) globalThis.localStorage.removeItem(key);
        else globalThis.localStorage.setItem(key, JSON.stringify(waiting));
      } catch {
        // Withheld or full: they wait in this page alone.
      }
    },
  };
}
