import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ClaimedTrainJob } from "../../../core/contract/trainer-job.ts";
import { Cancelled, GaveWay, HeldJob } from "./held-job.ts";
import type { ServerClient } from "./server-client.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [120, 5_000],
  [6, 2_000],
])(
  "hears within seconds that a person cancelled, and within a third of its lease of %d s",
  async (leaseSeconds, ms) => {
    const told: number[] = [];
    const client = {
      tryTell: async (_job: unknown, path: string, beat: { progress: number }) => {
        expect(path).toBe("/heartbeat");
        told.push(beat.progress);
        return { cancelRequested: true };
      },
    } as unknown as ServerClient;
    const job = { jobId: "one", leaseSeconds } as ClaimedTrainJob;
    const held = new HeldJob(job, client, new AbortController().signal);
    try {
      held.report(0.25, "");
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(told).toEqual([0.25]);
      expect(held.ended.reason).toBeInstanceOf(Cancelled);
      expect(held.stopped.aborted).toBe(false);
    } finally {
      held.close();
    }
  },
);

it("hands in nothing more once it gives way to a training", async () => {
  const client = { tryTell: async () => ({ cancelRequested: false, giveWay: true }) } as unknown as ServerClient;
  const job = { jobId: "one", leaseSeconds: 60 } as ClaimedTrainJob;
  const held = new HeldJob(job, client, new AbortController().signal);
  try {
    await vi.advanceTimersByTimeAsync(5_000);
    expect(held.stopped.reason).toBeInstanceOf(GaveWay);
    expect(held.cancelled.aborted).toBe(false);
  } finally {
    held.close();
  }
});
