import { reviewStates } from "../../core/review/review-state.ts";
import { pauseWhenDue } from "../collab/event-loop/next-turn.ts";
import { inRoom, roomOperation } from "../collab/live/in-room.ts";
import type { Services } from "../services.ts";

type ApprovedNuclei = ReadonlyMap<number, string>;

/** Labels that a second person approved, each with what was approved of: its fingerprint. */
export const approvedNuclei = (services: Services, volumeId: string): Promise<ApprovedNuclei> =>
  inRoom(services, approvedNucleiOperation, volumeId, null);

export const approvedNucleiOperation = roomOperation(
  "approved-nuclei",
  async ({ nuclei }, _services, _input: null): Promise<ApprovedNuclei> => {
    await nuclei.update();
    const approved = new Map<number, string>();
    for (const { label, review } of nuclei.rows()) {
      if (reviewStates[review] !== "approved") continue;
      const seen = nuclei.lookAt(label);
      if (seen) approved.set(label, seen.fingerprint);
      await pauseWhenDue();
    }
    return approved;
  },
);

/**
 * Asked before and after the labels were read: what was approved as it is both times was so in between. Somebody may
 * have painted, or approved, at that very moment.
 */
export const stillApproved = (before: ApprovedNuclei, after: ApprovedNuclei): number[] =>
  [...after].flatMap(([label, fingerprint]) => (before.get(label) === fingerprint ? [label] : []));
