import { expect, it } from "vitest";
import { createFairQueue } from "./fair-queue.ts";

const bounds = { atOnce: 2, atOncePerPerson: 1, waiting: 30, waitingPerPerson: 20 };
const never = new AbortController().signal;

/** Works that end when told so, and who was started, in order. */
function stage() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    work: (name: string) => () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    },
    async end(name: string) {
      ends.get(name)?.();
      // The queue hears of it some microtasks later.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

it("one at a time of a person, two of all, people in turn", async () => {
  const queue = createFairQueue(bounds);
  const { started, work, end } = stage();
  for (let i = 1; i <= 12; i++) void queue.run("ada", work(`ada ${i}`), never);
  expect(started).toEqual(["ada 1"]);
  void queue.run("ben", work("ben 1"), never);
  void queue.run("ben", work("ben 2"), never);
  void queue.run("eve", work("eve 1"), never);
  expect(started).toEqual(["ada 1", "ben 1"]);
  await end("ada 1");
  expect(started.at(-1)).toBe("eve 1");
  await end("ben 1");
  expect(started.at(-1)).toBe("ada 2");
  await end("eve 1");
  expect(started.at(-1)).toBe("ben 2");
  await end("ben 2");
  expect(started).toHaveLength(5);
  await end("ada 2");
  expect(started.at(-1)).toBe("ada 3");
});

it("is bounded, says so, and lets go of who went away", async () => {
  const queue = createFairQueue({ ...bounds, waiting: 4, waitingPerPerson: 3 });
  const { started, work, end } = stage();
  const gone = new AbortController();
  void queue.run("ada", work("ada 1"), never);
  const second = queue.run("ada", work("ada 2"), gone.signal);
  void queue.run("ada", work("ada 3"), never);
  void queue.run("ada", work("ada 4"), never);
  await expect(queue.run("ada", work("ada 5"), never)).rejects.toMatchObject({
    tag: "queue-full",
    what: expect.stringContaining("3 of your files"),
  });
  void queue.run("ben", work("ben 1"), never);
  void queue.run("ben", work("ben 2"), never);
  await expect(queue.run("eve", work("eve 1"), never)).rejects.toMatchObject({ tag: "queue-full" });
  gone.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  await end("ada 1");
  expect(started).toEqual(["ada 1", "ben 1", "ada 3"]);
});

it("a work that fails makes room", async () => {
  const queue = createFairQueue({ ...bounds, atOnce: 1 });
  const { started, work } = stage();
  await expect(queue.run("ada", () => Promise.reject(new Error("broken")), never)).rejects.toThrow("broken");
  void queue.run("ben", work("ben 1"), never);
  expect(started).toEqual(["ben 1"]);
});
