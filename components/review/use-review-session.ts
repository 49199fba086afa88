import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { EditorApi } from "../editor/editor-contract.ts";
import type { ReviewPorts } from "./review-contract.ts";
import { ReviewSession, type ReviewState } from "./review-session.ts";

/** The queue of this page, its commands bound to the editor's keys for as long as the panel is there. */
export function useReviewSession(
  api: EditorApi,
  ports: ReviewPorts,
): { session: ReviewSession; state: ReviewState; waitingDecisions: number } {
  const session = useMemo(() => new ReviewSession(api, ports), [api, ports]);
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState);
  const waitingDecisions = useSyncExternalStore(session.subscribe, session.getWaitingDecisions, () => 0);
  useEffect(() => {
    // A second tab of the person may only look, and must not send what the first one keeps.
    let isReady = false;
    const follow = () => {
      const wasReady = isReady;
      isReady = api.document.canEdit && api.document.saveState.kind !== "offline";
      if (isReady && !wasReady) session.start();
    };
    follow();
    const unfollow = api.document.subscribe(follow);
    const unregister = api.registerReview({
      next: () => void session.next(),
      skip: () => void session.skip(),
      decided: (proposal, decision) => session.decided(proposal, decision),
      undone: (proposal) => session.undone(proposal),
    });
    const leave = () => session.close();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      unfollow();
      unregister();
      session.close();
    };
  }, [api, session]);
  return { session, state, waitingDecisions };
}
