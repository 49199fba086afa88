import type { ReviewPorts } from "../../components/review/review-contract.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import type { useTRPCClient } from "../_trpc/trpc.ts";
import { keptDecisions } from "./kept-decisions.ts";

const MAX_STUMBLES = 10;

/** `crypto.randomUUID` is withheld on plain http from another computer; these numbers are not. */
const newPageId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The queue of one volume over the API, as one page: what it holds is its own. */
export function createReviewPorts(
  client: ReturnType<typeof useTRPCClient>,
  volumeId: string,
  userId: string,
): ReviewPorts {
  const pageId = newPageId();
  return {
    next: (skipped, first) =>
      client.queue.next.mutate({
        volumeId,
        pageId,
        skipped: [...skipped].slice(-1000),
        ...(first && { first }),
        tellsPlants: true,
      }),
    keep: async (labelValue) => (await client.queue.keep.mutate({ volumeId, pageId, labelValue })).held,
    release() {
      // A beacon still leaves while the page goes away; other requests are cut off.
      const body = new Blob([JSON.stringify({ json: { volumeId, pageId } })], { type: "application/json" });
      navigator.sendBeacon("/trpc/queue.release", body);
    },
    skip: async (labelValue) => {
      await client.queue.skip.mutate({ volumeId, labelValue });
    },
    decide: async (labelValue, kind) => {
      await client.queue.decide.mutate({ volumeId, labelValue, kind });
    },
    undo: async (labelValue) => {
      await client.queue.undoDecision.mutate({ volumeId, labelValue });
    },
    mayTryAgain(error, tries) {
      const { tag } = problemOfError(error);
      // No answer, or a person who has to sign in again; a server that stumbles over one decision must not hold up the rest.
      return tag === "offline" || tag === "UNAUTHORIZED" || (tag === "INTERNAL_SERVER_ERROR" && tries < MAX_STUMBLES);
    },
    decisions: keptDecisions(volumeId, userId),
    problemOf: problemOfError,
  };
}
