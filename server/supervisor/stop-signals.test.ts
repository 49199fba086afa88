import { afterEach, expect, it, vi } from "vitest";
import { onStopWishes } from "./stop-signals.mjs";

const before = { SIGINT: process.listeners("SIGINT"), SIGTERM: process.listeners("SIGTERM") };
afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    for (const listener of process.listeners(signal))
      if (!before[signal].includes(listener)) process.off(signal, listener);
});

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s stops in order; npm's second one is the same wish, a later one is not",
  (signal) => {
    let nowMs = 1_000;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    const wishes = { stop: vi.fn(), endAtOnce: vi.fn() };
    onStopWishes(wishes);
    const listener = process.listeners(signal).at(-1) as () => void;
    listener();
    nowMs += 400;
    listener();
    expect(wishes.stop).toHaveBeenCalledTimes(1);
    expect(wishes.endAtOnce).not.toHaveBeenCalled();
    nowMs += 200;
    listener();
    expect(wishes.stop).toHaveBeenCalledTimes(1);
    expect(wishes.endAtOnce).toHaveBeenCalledTimes(1);
  },
);
