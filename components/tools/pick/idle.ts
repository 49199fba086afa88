import type { ToolState } from "../tool-machine.ts";

/** Captures nothing: the viewer pans, moves the crosshair, and a click is a pick. */
export function pickIdle(): ToolState {
  const idle: ToolState = { cancel: () => idle };
  return idle;
}
