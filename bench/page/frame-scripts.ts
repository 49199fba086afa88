import { z } from "zod";

/** What is read of Chromium's trace events; times in microseconds. */
const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      ts: z.number(),
      dur: z.number().optional(),
      args: z.object({ data: z.object({ type: z.string().optional() }).optional() }).optional(),
    }),
  ),
});

type Event = z.infer<typeof traceSchema>["traceEvents"][number];

const isPointer = (event: Event): boolean =>
  event.name === "EventDispatch" && /^(pointer|mouse|lostpointer|gotpointer)/.test(event.args?.data?.type ?? "");

const isDispatchOf = (event: Event, type: string): boolean =>
  event.name === "EventDispatch" && event.args?.data?.type === type;

/** Milliseconds covered by events that may lie within each other. */
function coveredMs(events: readonly Event[]): number {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { ts, dur = 0 } of [...events].sort((a, b) => a.ts - b.ts)) {
    covered += Math.max(0, ts + dur - Math.max(end, ts));
    end = Math.max(end, ts + dur);
  }
  return covered / 1000;
}

/**
 * Of each frame while a pointer was pressed: milliseconds of pointer and mouse handlers and of animation frame callbacks
 * on the page's main thread. A frame ends with its layout's "PrePaint"; the one that shows the release counts too.
 */
export function frameScripts(trace: unknown): number[] {
  const { traceEvents } = traceSchema.parse(trace);
  const pressed = traceEvents.find((event) => isDispatchOf(event, "pointerdown"));
  if (!pressed) return [];
  const thread = traceEvents
    .filter(({ pid, tid, ph }) => ph === "X" && pid === pressed.pid && tid === pressed.tid)
    .sort((a, b) => a.ts - b.ts);
  const frames: number[] = [];
  let scripts: Event[] = [];
  let isPainting = false;
  let isReleased = false;
  for (const event of thread) {
    if (isDispatchOf(event, "pointerdown")) {
      isPainting = true;
      isReleased = false;
    }
    if (isDispatchOf(event, "pointerup")) isReleased = true;
    if (isPainting && (isPointer(event) || event.name === "FireAnimationFrame")) scripts.push(event);
    if (event.name !== "PrePaint") continue;
    if (scripts.length > 0) frames.push(coveredMs(scripts));
    scripts = [];
    if (isReleased) isPainting = false;
  }
  return frames;
}
