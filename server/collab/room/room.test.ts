import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { Role } from "../../../core/roles.ts";
import { generationsOf } from "../../../core/sync/document/document-layout.ts";
import { decodeMessage, encodeMessage, MessageType } from "../../../core/sync/link/messages.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { planRecord } from "../../../core/sync/record/plan-act.ts";
import { recordIdOf } from "../../../core/sync/record/record.ts";
import { encodeRecord } from "../../../core/sync/record/record-codec.ts";
import { WorkBudgets } from "../gate/work-budget.ts";
import { MemoryRoomStore } from "../testing/memory-room-store.ts";
import { Room } from "./room.ts";
import { stepOneFrame, stepTwoFrame, updateFrame } from "./room-connection.ts";

const grid: LabelGrid = { shapeZyx: [8, 40, 48], brickSize: 16 };
const NOTHING = new Uint8Array([0, 0]);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function openRoom(store = new MemoryRoomStore(grid, 1000)) {
  const crashes: unknown[] = [];
  const room = await Room.open(store, await store.open(), {
    onWork: () => {},
    onPresence: () => {},
    onRecords: () => {},
    onCrash: (error) => crashes.push(error),
    onTrouble: (error) => crashes.push(error),
    now: () => new Date(0),
    monotonicMs: () => 0,
    budgets: new WorkBudgets(() => 0),
  });
  // A turn is bounded by the clock: one in which this process had to wait leaves something for the next.
  const turn = async () => {
    for (let turns = 0; turns === 0 || (turns < 20 && !room.isQuiet); turns++) {
      await store.finish(room.tick());
      await settle();
    }
  };
  await turn();
  return { room, store, turn, crashes };
}

function join(room: Room, store: MemoryRoomStore, userId: string, role: Role = "annotator") {
  const frames: Uint8Array[] = [];
  const closes: number[] = [];
  const socket = {
    bufferedBytes: 0,
    send: (f: Uint8Array) => frames.push(f),
    close: (code: number) => closes.push(code),
    pause: () => {},
    resume: () => {},
  };
  const connection = room.connect(socket, { userId, name: `Dr ${userId}`, role });
  const { row, labelCounter } = store.startSession(userId, null);
  room.addSession(row, labelCounter);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  let seq = 0;
  return {
    frames,
    closes,
    socket,
    doc,
    session: row.session,
    send: (frame: Uint8Array) => room.receive(connection, frame),
    stroke(): Uint8Array {
      seq++;
      const [{ kind, body }] = planRecord(
        { kind: "paint", label: 5, runs: Int32Array.from([1, 1, seq, seq + 3]) },
        grid,
      );
      const stored = encodeRecord({ kind, session: row.session, seq, stamp: seq }, body);
      const before = Y.encodeStateVector(doc);
      generationsOf(doc).get("1")?.set(recordIdOf(row.session, seq), stored);
      return updateFrame(Y.encodeStateAsUpdate(doc, before));
    },
    messages: () =>
      frames.flatMap((frame) => (frame[0] >= MessageType.hello ? [decodeMessage(frame[0], frame.subarray(1))] : [])),
    updates: () => frames.filter((frame) => frame[0] === MessageType.sync && frame[1] === 2).length,
  };
}

const presenceFrame = (client: number, clock: number, state: unknown): Uint8Array => {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, 1);
  encoding.writeVarUint(body, client);
  encoding.writeVarUint(body, clock);
  encoding.writeVarString(body, JSON.stringify(state));
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, MessageType.awareness);
  encoding.writeVarUint8Array(frame, encoding.toUint8Array(body));
  return encoding.toUint8Array(frame);
};

describe("a room", () => {
  it("ignores a viewer's edits whole, and goes on showing them everything (R32)", async () => {
    const { room, store, turn } = await openRoom();
    const [viewer, editor] = [join(room, store, "v", "viewer"), join(room, store, "e")];
    const before = Y.encodeStateVector(room.doc);
    viewer.send(stepOneFrame(Y.encodeStateVector(viewer.doc)));
    const forged = viewer.stroke();
    viewer.send(stepTwoFrame(Y.encodeStateAsUpdate(viewer.doc)));
    viewer.send(forged);
    viewer.send(updateFrame(Uint8Array.from([9, 9, 9])));
    viewer.send(encodeMessage({ type: "want", count: 256 }));
    await turn();
    expect(Y.encodeStateVector(room.doc)).toEqual(before);
    expect(viewer.closes).toEqual([]);
    expect(viewer.messages()).toEqual([]);
    editor.send(stepTwoFrame(NOTHING));
    editor.send(editor.stroke());
    await turn();
    expect(viewer.updates()).toBe(1);
    expect(store.journal.map(({ userId }) => userId)).toEqual(["e"]);
  });

  it("holds updates until the difference has passed (R37), and never echoes", async () => {
    const { room, store, turn } = await openRoom();
    const editor = join(room, store, "e");
    editor.send(stepOneFrame(Y.encodeStateVector(editor.doc)));
    editor.send(editor.stroke());
    await turn();
    expect(store.journal).toEqual([]);
    editor.send(stepTwoFrame(NOTHING));
    await turn();
    expect(store.journal).toHaveLength(1);
    expect(editor.updates()).toBe(0);
  });

  it("closes after a refusal with the record's number, and on frames that are none (R31, R39)", async () => {
    const { room, store, turn } = await openRoom();
    const [liar, mumbler] = [join(room, store, "l"), join(room, store, "m")];
    liar.send(stepTwoFrame(NOTHING));
    const first = liar.stroke();
    generationsOf(liar.doc)
      .get("1")
      ?.set("zz.1", Uint8Array.from([1]));
    liar.send(first);
    liar.send(updateFrame(Y.encodeStateAsUpdate(liar.doc)));
    liar.send(liar.stroke());
    mumbler.send(Uint8Array.from([200, 200, 200]));
    await turn();
    expect(liar.messages().at(-1)).toMatchObject({ type: "reject", recordId: "zz.1" });
    expect([liar.closes, mumbler.closes]).toEqual([[4400], [1007]]);
    expect(store.journal).toHaveLength(1);
    expect(room.connections.size).toBe(1);
  });

  it("closes a socket that cannot keep up", async () => {
    const { room, store, turn } = await openRoom();
    const [slow, editor] = [join(room, store, "s"), join(room, store, "e")];
    slow.send(stepOneFrame(Y.encodeStateVector(slow.doc)));
    await turn();
    slow.socket.bufferedBytes = 1 << 30;
    editor.send(stepTwoFrame(NOTHING));
    editor.send(editor.stroke());
    await turn();
    expect([slow.closes, editor.closes]).toEqual([[1013], []]);
  });

  it("closes a socket that was admitted before it crashed, so that its page asks for a fresh room", async () => {
    const { room, store } = await openRoom();
    room.crash(new Error("the disk is full"));
    const late = join(room, store, "ada");
    expect([late.closes, late.frames, room.connections.size]).toEqual([[1012], [], 0]);
  });

  it("a failed append is a crash: sockets close, and what was not durable is not there after the boot (R29)", async () => {
    const { room, store, turn, crashes } = await openRoom();
    const [editor, other] = [join(room, store, "e"), join(room, store, "o", "viewer")];
    other.send(stepOneFrame(Y.encodeStateVector(other.doc)));
    editor.send(stepTwoFrame(NOTHING));
    await turn();
    editor.send(editor.stroke());
    await turn();
    editor.send(editor.stroke());
    const reading = room.readState();
    const failing = expect(reading).rejects.toThrow();
    void room.tick();
    await store.appended();
    store.loseTail();
    await settle();
    await failing;
    expect(crashes).toHaveLength(1);
    expect([editor.closes, other.closes, other.updates()]).toEqual([[1012], [1012], 1]);
    const again = await openRoom(store);
    expect([...(generationsOf(again.room.doc).get("1")?.keys() ?? [])]).toEqual([recordIdOf(editor.session, 1)]);
    expect(again.room.journal.reached(editor.session)).toBe(1);
  });

  it("boots from a state and the log after it, with generations and bindings intact", async () => {
    const { room, store, turn } = await openRoom();
    const editor = join(room, store, "e");
    editor.send(stepTwoFrame(NOTHING));
    editor.send(editor.stroke());
    await turn();
    room.seal();
    await turn();
    editor.send(editor.stroke());
    await turn();
    const again = await openRoom(store);
    expect(Y.encodeStateAsUpdate(again.room.doc)).toEqual(Y.encodeStateAsUpdate(room.doc));
    expect(again.room.gate.clientsOwner(editor.doc.clientID)).toBe("e");
    expect(again.room.position).toBe(room.position);
  });

  it("relays presence under the server's name, in one piece per flush, and only for the person's own clients", async () => {
    const { room, store } = await openRoom();
    const [ada, ben] = [join(room, store, "ada"), join(room, store, "ben")];
    ada.send(presenceFrame(7, 1, { name: "God", userId: "x", cursorZyx: [1, 2, 3] }));
    ada.send(presenceFrame(7, 2, { cursorZyx: [4, 5, 6], token: "not a page's" }));
    ben.send(presenceFrame(7, 9, { cursorZyx: [0, 0, 0] }));
    expect(ben.frames.some((frame) => frame[0] === MessageType.awareness)).toBe(false);
    room.presence.flush();
    const told = ben.frames
      .filter((frame) => frame[0] === MessageType.awareness)
      .map((frame) => new TextDecoder().decode(frame));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('"userId":"ada","name":"Dr ada"');
    expect(told[0]).toContain("[4,5,6]");
    expect(told[0]).not.toContain("token");
    expect(ada.frames.some((frame) => frame[0] === MessageType.awareness)).toBe(false);
  });
});
