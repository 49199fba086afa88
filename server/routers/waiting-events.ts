import { mergeNucleusPatches } from "../../core/labels/nucleus-columns.ts";
import type { NucleiEvent, ServerEvent } from "../events.ts";

/** What the second says came after the first. */
function together(first: NucleiEvent, second: NucleiEvent): NucleiEvent {
  const patch = first.patch && second.patch ? mergeNucleusPatches(first.patch, second.patch) : null;
  const { patch: _patch, ...rest } = { ...first, ...second };
  return patch ? { ...rest, patch } : rest;
}

/**
 * Events that a page has not taken yet. Each is a hint to ask again, so the same one waits once: a page that reads slowly,
 * or not at all, holds no more than there are things in its project.
 */
export function waitingEvents(signal: AbortSignal | undefined) {
  const waiting = new Map<string, ServerEvent>();
  let wake = () => {};
  let failure: Error | null = null;
  signal?.addEventListener("abort", () => wake(), { once: true });
  return {
    add(event: ServerEvent): void {
      if (event.topic === "nuclei") {
        const key = `nuclei ${event.volumeId}`;
        const before = waiting.get(key);
        waiting.set(key, before?.topic === "nuclei" ? together(before, event) : event);
      } else waiting.set(JSON.stringify(event), event);
      wake();
    },
    /** The reader is told at once, whatever waits. */
    fail(error: Error): void {
      failure = error;
      wake();
    },
    /** Ends when the signal aborts; throws what `fail` was given. */
    async *all(): AsyncGenerator<ServerEvent> {
      while (!signal?.aborted) {
        if (failure) throw failure;
        const [first] = waiting;
        if (first) {
          waiting.delete(first[0]);
          yield first[1];
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
