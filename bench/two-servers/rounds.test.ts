import { expect, it } from "vitest";
import { runRounds } from "./rounds.ts";

it("two servers, each killed in turn, then a standstill of the owner: nothing lost, nothing twice, taken over in time", {
  timeout: 600_000,
}, async () => {
  const { lost, doubled, takeoverMsMax } = await runRounds({ rounds: 5, standstills: 1 });
  expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  expect(takeoverMsMax).toBeLessThan(15_000);
});
