import { expect, it } from "vitest";
import { QueueRunner, type RunningWork } from "./queue-runner.ts";

/** A table in memory; each row's work is ended by the test. */
function openQueue(rows: string[]) {
  const done: string[] = [];
  const running = new Map<string, { end(): void; fail(error: Error): void }>();
  let looks = 0;
  let trouble: Error | null = null;
  const runner = new QueueRunner<string>({
    name: "a queue of a test",
    async next() {
      looks++;
      if (trouble) throw trouble;
      return rows[0];
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
