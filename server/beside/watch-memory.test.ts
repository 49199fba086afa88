import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { watchMemory } from "./watch-memory.ts";

/** Takes 20 MB more every 10 ms up to `megabytes`, and stays. */
const greedy = (megabytes: number) =>
  spawn(process.execPath, [
    "-e",
    `const held = []; setInterval(() => held.length * 20 < ${megabytes} && held.push(Buffer.alloc(20e6, 1)), 10)`,
  ]);

it("a process that takes more than its memory is told of, one that does not is left alone", async () => {
  const large = greedy(4000);
  const small = greedy(60);
  let smallGrew = false;
  watchMemory(small.pid!, 400e6, () => {
    smallGrew = true;
  });
  const stop = watchMemory(large.pid!, 400e6, () => large.kill("SIGKILL"));
  const [, signal] = await once(large, "exit");
  expect(signal).toBe("SIGKILL");
  expect(smallGrew).toBe(false);
  stop();
  small.kill("SIGKILL");
}, 60_000);
