import type { EditorApi } from "../editor/editor-contract.ts";
import type { ReviewPorts } from "./review-contract.ts";
import { ReviewSession } from "./review-session.ts";

/** The queue of one open editor. */
export interface Review {
  readonly api: EditorApi;
  readonly session: ReviewSession;
  close(): void;
}

/** After it a person is at something else. */
const SOON_MS = 3000;

/** False where it takes longer, as without a connection. */
function isSavedSoon(document: EditorApi["document"]): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (saved: boolean): void => {
      clearTimeout(timer);
      unfollow();
      resolve(saved);
    };
    const look = () => document.saveState.kind === "saved" && end(true);
    const timer = setTimeout(() => end(false), SOON_MS);
    const unfollow = document.subscribe(look);
    look();
  });
}

/**
 * Lives as long as its editor, whichever panel is looked at: a question is kept, and decisions on clicked proposals reach
 * the queue, also while its tab is not the open one.
 */
export function openReview(api: EditorApi, ports: ReviewPorts): Review {
  const session = new ReviewSession(api, ports);
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
    decided: (label, decision) => session.decided(label, decision),
    undone(label) {
      session.undone(label);
      void isSavedSoon(api.document).then((saved) => (saved ? session.askAgain(label) : undefined));
    },
  });
  const leave = () => session.close();
  window.addEventListener("pagehide", leave);
  return {
    api,
    session,
    close() {
      window.removeEventListener("pagehide", leave);
      unfollow();
      unregister();
      session.close();
    },
  };
}
