import { expect, it } from "vitest";
import { runAbuse } from "./run-abuse.ts";

it("every known attack at once: the honest go on painting, the server stays and stays small", {
  timeout: 300_000,
}, async () => {
  const figures = await runAbuse({ seed: 3, messages: 0 });
  const { honestStrokes, messages, sent, exits, lostStrokes, honestSaveMaxMs } = figures;
  expect(Object.entries(sent).filter(([, count]) => count === 0)).toEqual([]);
  expect(messages).toBeGreaterThan(100);
  expect(honestStrokes).toBeGreaterThan(5);
  expect({ exits, lostStrokes }).toEqual({ exits: 0, lostStrokes: 0 });
  expect(figures.peakRssMb - figures.startRssMb).toBeLessThan(700);
  // Two seconds are the bar of the bench, on free cores; a standstill was a minute.
  expect(honestSaveMaxMs).toBeLessThan(8_000);
});
