import type { SecondLookPorts } from "../../components/second-look/second-look-contract.ts";
import { labelStatuses } from "../../core/labels/label-status.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import type { useTRPCClient } from "../_trpc/trpc.ts";

/** `crypto.randomUUID` is withheld on plain http from another computer; these numbers are not. */
const newPageId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const triple = (values: readonly number[], at: number): Zyx => [values[at], values[at + 1], values[at + 2]];

/** The second look at one volume over the API, as one page: what it holds is its own. */
export function createSecondLookPorts(client: ReturnType<typeof useTRPCClient>, volumeId: string): SecondLookPorts {
  const pageId = newPageId();
  const { review } = client;
  return {
    async next(skipped) {
      const found = await review.next.mutate({ volumeId, pageId, skipped: [...skipped] });
      if (!found) return null;
      const { boxZyx, status, ...rest } = found;
      return {
        ...rest,
        status: labelStatuses[status],
        box: { minZyx: triple(boxZyx, 0), maxZyx: triple(boxZyx, 3) },
      };
    },
    keep: async (label) => (await review.keep.mutate({ volumeId, pageId, label })).held,
    release() {
      // A beacon still leaves while the page goes away; other requests are cut off.
      const body = new Blob([JSON.stringify({ json: { volumeId, pageId } })], { type: "application/json" });
      navigator.sendBeacon("/trpc/review.release", body);
    },
    approve: async ({ label, fingerprint }) => {
      await review.approve.mutate({ volumeId, label, fingerprint });
    },
    sendBack: async ({ label, fingerprint }, note) => {
      await review.sendBack.mutate({ volumeId, label, fingerprint, note });
    },
    takeBack: async (label) => {
      await review.takeBack.mutate({ volumeId, label });
    },
    answer: async (label, note) => {
      await review.answer.mutate({ volumeId, label, note });
    },
    look: (label) => review.ofNucleus.query({ volumeId, label }),
    problemOf: problemOfError,
  };
}
