import { expect, test } from "vitest";
import { frameScripts } from "./frame-scripts.ts";

const event = (name: string, tsMs: number, durMs: number, type?: string, tid = 1) => ({
  name,
  ph: "X",
  pid: 7,
  tid,
  ts: tsMs * 1000,
  dur: durMs * 1000,
  args: type ? { data: { type } } : {},
});

test("handlers and frame callbacks of pressed frames, overlaps once, other threads and idle frames not", () => {
  const traceEvents = [
    event("EventDispatch", 0, 5, "pointermove"), // not pressed yet
    event("PrePaint", 6, 1),
    event("EventDispatch", 10, 2, "pointerdown"),
    event("EventDispatch", 11, 0.5, "gotpointercapture"), // within it
    event("FireAnimationFrame", 13, 3),
    event("FireAnimationFrame", 13, 30, undefined, 2),
    event("EventDispatch", 16.5, 9, "keydown"),
    event("PrePaint", 26, 1),
    event("PrePaint", 28, 1), // a frame without script of ours
    event("FireAnimationFrame", 40, 1),
    event("EventDispatch", 39, 4, "pointerup"),
    event("PrePaint", 44, 1),
    event("FireAnimationFrame", 50, 6), // after the release
    event("PrePaint", 60, 1),
  ];
  expect(frameScripts({ traceEvents })).toEqual([5, 4]);
  expect(frameScripts({ traceEvents: [] })).toEqual([]);
});
