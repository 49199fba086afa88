import { expect, it, vi } from "vitest";
import { QueueRunner, type RunningWork } from "./queue-runner.ts";

/** A table in memory; each row's work is ended by the test. */
function openQueue(rows: string[], lanes?: number) {
  const done: string[] = [];
  const running = new Map<string, { end(): void; fail(error: Error): void }>();
  let looks = 0;
  let trouble: Error | null = null;
  const runner = new QueueRunner<string>({
    name: "a queue of a test",
    ...(lanes && { lanes }),
    async next(busy) {
      looks++;
      if (trouble) throw trouble;
      // Rows with the same first letter go one after the other.
      return rows.find((row) => !busy.some((other) => other[0] === row[0]));
    },
    begin(row): RunningWork {
      let settle = { end: () => {}, fail: (_error: Error) => {} };
      const ended = new Promise<void>((end, fail) => {
        settle = { end, fail };
      }).finally(() => running.delete(row));
      running.set(row, {
        ...settle,
        end() {
          rows.splice(rows.indexOf(row), 1);
          done.push(row);
          settle.end();
        },
      });
      return {
        ended,
        async stop() {
          settle.end();
          await ended;
        },
      };
    },
  });
  const begun = async (row: string) => {
    while (!running.has(row)) await new Promise((resolve) => setImmediate(resolve));
    return running.get(row) as { end(): void; fail(error: Error): void };
  };
  return { runner, done, running, begun, looks: () => looks, break: (error: Error | null) => (trouble = error) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("does all rows one after the other, and what is added while the last one ends", async () => {
  const rows = ["a", "b"];
  const { runner, done, running, begun } = openQueue(rows);
  runner.nudge();
  runner.nudge();
  (await begun("a")).end();
  const b = await begun("b");
  expect([...running.keys()]).toEqual(["b"]);
  b.end();
  rows.push("c");
  runner.nudge();
  (await begun("c")).end();
  await settled();
  rows.push("d");
  runner.nudge();
  (await begun("d")).end();
  await settled();
  expect(done).toEqual(["a", "b", "c", "d"]);
});

it("stops the row that is meant and no other; once closed it begins nothing", async () => {
  const rows = ["a", "b"];
  const { runner, done, running, begun } = openQueue(rows);
  runner.nudge();
  await begun("a");
  await runner.stop((row) => row === "b");
  expect(running.has("a")).toBe(true);
  rows.shift(); // its row goes, as that of somebody who cancels
  await runner.stop((row) => row === "a");
  await begun("b");
  await runner.close();
  expect([running.size, done, rows]).toEqual([0, [], ["b"]]);
  runner.nudge();
  await settled();
  expect(running.size).toBe(0);
});

it("does as many at once as it has lanes, and begins what is added while they run", async () => {
  const rows = ["a1", "a2", "b1"];
  const { runner, done, running, begun } = openQueue(rows, 2);
  runner.nudge();
  const [a1, b1] = [await begun("a1"), await begun("b1")];
  rows.push("c1");
  runner.nudge();
  await settled();
  expect([...running.keys()]).toEqual(["a1", "b1"]); // both lanes are taken
  b1.end();
  const c1 = await begun("c1");
  expect([...running.keys()]).toEqual(["a1", "c1"]); // a2 waits for a1
  c1.end();
  await settled();
  rows.push("d1");
  runner.nudge();
  (await begun("d1")).end();
  a1.end();
  (await begun("a2")).end();
  await settled();
  expect([done, rows]).toEqual([["b1", "c1", "d1", "a1", "a2"], []]);
});

it("goes on with the others where the failure of one could not be written down, and closes all", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const rows = ["a", "b", "c"];
    const { runner, running, begun } = openQueue(rows, 2);
    runner.nudge();
    const a = await begun("a");
    await begun("b");
    rows.shift();
    a.fail(new Error("the database is away"));
    await settled();
    expect([...running.keys()]).toEqual(["b"]);
    await vi.advanceTimersByTimeAsync(10_000);
    await begun("c");
    await runner.close();
    expect([running.size, rows]).toEqual([0, ["b", "c"]]);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});
