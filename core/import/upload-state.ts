import { Problem, type ProblemFields } from "../problem.ts";

/** Whether what was uploaded, or is fetched from an address, can be looked into. */
export type UploadState =
  | { readonly kind: "ready" }
  /** Pieces are missing, and nobody here fetches them. */
  | { readonly kind: "incomplete"; readonly receivedBytes: number; readonly sizeBytes: number }
  | {
      readonly kind: "working";
      /** What is done, for a person. */
      readonly phase: string;
      /** Null where nobody knows. */
      readonly percent: number | null;
      readonly bytes: number;
    }
  /** Asked for once more, it goes on where it stopped. */
  | { readonly kind: "failed"; readonly problem: ProblemFields };

const ASK_EVERY_MS = 1000;

/** Waits until an upload can be looked into; a Problem says why it cannot. `onWorking`: what the server does to it, and how far it is. */
export async function untilReady(
  ask: () => Promise<UploadState>,
  onWorking: (state: Extract<UploadState, { kind: "working" }>) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const state = await ask();
    if (state.kind === "ready") return;
    if (state.kind === "failed") throw new Problem(state.problem);
    if (state.kind === "incomplete")
      throw new Problem({
        tag: "upload-incomplete",
        what: "The server was restarted before all had arrived.",
        hint: "Start it again: it goes on from there.",
      });
    onWorking(state);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
