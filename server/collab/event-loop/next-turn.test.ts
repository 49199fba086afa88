import { expect, it } from "vitest";
import { nextTurn, ownTurn } from "./next-turn.ts";

/** In which turn of the event loop each of three that ask at once goes on. */
async function turnsOf(wait: () => Promise<void>): Promise<number[]> {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns = await Promise.all([1, 2, 3].map(() => wait().then(() => turn)));
  isOver = true;
  return turns;
}

it("those that ask for a turn of their own at once share none; those that ask for the next one do", async () => {
  expect(new Set(await turnsOf(ownTurn)).size).toBe(3);
  expect(new Set(await turnsOf(nextTurn)).size).toBe(1);
});
