import { expect, it } from "vitest";
import { nextTurn } from "../event-loop/next-turn.ts";
import { WorkBudgets } from "../gate/work-budget.ts";
import { Room } from "../room/room.ts";
import { stepTwoFrame } from "../room/room-connection.ts";
import { RoomTable } from "../testing/room-table.ts";

it("what a fold has prepared while a tick was being written down is in the next one, without another word", async () => {
  const table = await RoomTable.open();
  const { store } = table;
  const painter = table.sit("ada");
  painter.send(stepTwoFrame(new Uint8Array([0, 0])));
  painter.send(painter.strokes(3));
  while (store.journal.length < 3) await table.turn();
  let isWished = false;
  const room = await Room.open(store, await store.open(), {
    onWork: () => {
      isWished = true;
    },
    onPresence: () => {},
    onRecords: () => {},
    onCrash: () => {},
    onTrouble: () => {},
    now: () => new Date(0),
    monotonicMs: () => 0,
    budgets: new WorkBudgets(() => 0),
  });
  for (let i = 0; i < 3; i++) room.seal();
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  store.base.before = () => held;
  while (room.isSettled) await store.finish(room.tick());
  // A tick is under way, and the disk is slow, when the fold is prepared: a timer of that moment finds the room busy.
  void room.author(() => []);
  room.seal();
  const ticking = room.tick();
  await store.appended();
  goOn();
  for (let turn = 0; turn < 100; turn++) await nextTurn();
  await room.tick();
  isWished = false;
  await store.finish(ticking);
  expect([room.rev, isWished]).toEqual([0, true]);
  await store.finish(room.tick());
  expect(room.rev).toBe(1);
});
