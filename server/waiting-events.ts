import { mergeNucleusPatches } from "../core/labels/nucleus-columns.ts";
import type { NucleiEvent, ServerEvent, TrainingEvent } from "./events.ts";

/** What the second says came after the first. */
function together(first: NucleiEvent, second: NucleiEvent): NucleiEvent {
  const patch = first.patch && second.patch ? mergeNucleusPatches(first.patch, second.patch) : null;
  const { patch: _patch, ...rest } = { ...first, ...second };
  return patch ? { ...rest, patch } : rest;
}

/** A page that is so far behind asks for the chart again. */
const MAX_POINTS = 1000;

function trainingTogether(first: TrainingEvent, second: TrainingEvent): TrainingEvent {
  if (!second.metrics) return second;
  if (!first.metrics) return first;
  const points = [...first.metrics.points, ...second.metrics.points];
  const { topic, projectId } = second;
  return points.length > MAX_POINTS ? { topic, projectId } : { ...second, metrics: { ...second.metrics, points } };
}

/** Events that say the same of the same thing wait as one. */
function keyOf(event: ServerEvent): string {
  if (event.topic === "nuclei") return `nuclei ${event.volumeId}`;
  if (event.topic === "review") return `review ${event.volumeId} ${event.label}`;
  if (event.topic === "training" && event.progress) return `progress ${event.progress.jobId}`;
  if (event.topic === "training" && event.metrics) return `metrics ${event.metrics.jobId}`;
  return JSON.stringify(event);
}

function merged(before: ServerEvent | undefined, event: ServerEvent): ServerEvent {
  if (before?.topic === "nuclei" && event.topic === "nuclei") return together(before, event);
  if (before?.topic === "training" && event.topic === "training") return trainingTogether(before, event);
  return event;
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
      const key = keyOf(event);
      waiting.set(key, merged(waiting.get(key), event));
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
