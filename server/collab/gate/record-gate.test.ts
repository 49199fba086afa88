import { expect, it } from "vitest";
import * as Y from "yjs";
import { withoutPause } from "../../../core/steps.ts";
import { sha256Hex } from "../../../core/sync/bytes/sha256.ts";
import { DocumentFeed } from "../../../core/sync/document/document-feed.ts";
import {
  generationsOf,
  initialiseDocument,
  metaOf,
  sealGeneration,
} from "../../../core/sync/document/document-layout.ts";
import { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { decodeBlob, deflateBlob, paintRefBody } from "../../../core/sync/record/paint-ref-codec.ts";
import { planRecord } from "../../../core/sync/record/plan-act.ts";
import { type PaintBody, recordIdOf } from "../../../core/sync/record/record.ts";
import { edgeBody, encodeRecord, metaBody, undoBody } from "../../../core/sync/record/record-codec.ts";
import { SessionJournal } from "../journal/session-journal.ts";
import { type GateVerdict, RecordGate } from "./record-gate.ts";

const grid: LabelGrid = { shapeZyx: [8, 40, 48], brickSize: 16 };

/** Sessions 1 and 2 are Ada's, 3 is Ben's; labels up to 500 are issued; Ada's 1.1 and Ben's 3.1 are in generation 1. */
function setUp() {
  const doc = new Y.Doc();
  const fold = new LabelFold(grid);
  initialiseDocument(doc, grid, "server");
  DocumentFeed.open(doc, fold, () => {});
  const journal = new SessionJournal(
    new Map(),
    [1, 2, 3].map((session) => ({ session, userId: session === 3 ? "ben" : "ada", after: null })),
  );
  const gate = new RecordGate(doc, fold, journal, 500);
  for (const [, generation] of generationsOf(doc)) if (generation._item) gate.addGeneration(generation._item.id);
  const ada = clientOf(doc);
  const ben = clientOf(doc);
  const accept = (client: Y.Doc, userId: string, row: Row) => {
    const update = changes(client, () => generationsOf(client).get("1")?.set(row.id, row.stored));
    expect(withoutPause(gate.judge(update, { userId, isModerator: false }, new Map()))).toMatchObject({ kind: "pass" });
    Y.applyUpdate(doc, update);
    return update;
  };
  accept(ada, "ada", paint(1, 1));
  accept(ben, "ben", paint(3, 1));
  Y.applyUpdate(ada, Y.encodeStateAsUpdate(doc));
  Y.applyUpdate(ben, Y.encodeStateAsUpdate(doc));
  const blobs = new Map<string, PaintBody>();
  const judge = (update: Uint8Array, who = { userId: "ada", isModerator: false }, asked = true): GateVerdict =>
    withoutPause(gate.judge(update, who, asked ? blobs : null));
  return { doc, gate, ada, ben, judge, fold, blobs };
}

interface Row {
  readonly id: string;
  readonly stored: Uint8Array;
}

const record = (session: number, seq: number, kind: number, body: Uint8Array, stamp = seq): Row => ({
  id: recordIdOf(session, seq),
  stored: encodeRecord({ kind, session, seq, stamp }, body),
});

const painted = planRecord({ kind: "paint", label: 7, runs: Int32Array.from([1, 1, 10, 20]) }, grid)[0].body;
const paint = (session: number, seq: number, stamp = seq): Row => record(session, seq, 1, painted, stamp);

function clientOf(doc: Y.Doc): Y.Doc {
  const client = new Y.Doc();
  Y.applyUpdate(client, Y.encodeStateAsUpdate(doc));
  return client;
}

function changes(client: Y.Doc, act: () => void): Uint8Array {
  const before = Y.encodeStateVector(client);
  client.transact(act);
  return Y.encodeStateAsUpdate(client, before);
}

type Scene = ReturnType<typeof setUp>;
const set = (client: Y.Doc, { id, stored }: Row, generation = "1") =>
  changes(client, () => generationsOf(client).get(generation)?.set(id, stored));

const honest: Record<string, (scene: Scene) => Uint8Array> = {
  "a stroke": ({ ada }) => set(ada, paint(1, 2)),
  "many at once": ({ ada }) =>
    changes(ada, () => {
      for (let seq = 2; seq < 200; seq++) generationsOf(ada).get("1")?.set(recordIdOf(1, seq), paint(1, seq).stored);
    }),
  "a stroke of an older session of the same person": ({ ada }) => set(ada, paint(2, 9)),
  "the same record in a later generation": ({ doc, gate, ada }) => {
    sealGeneration(doc, "server");
    for (const [, generation] of generationsOf(doc)) if (generation._item) gate.addGeneration(generation._item.id);
    Y.applyUpdate(ada, Y.encodeStateAsUpdate(doc));
    return set(ada, paint(1, 1), "2");
  },
  "a late record for a sealed generation": ({ doc, gate, ada }) => {
    sealGeneration(doc, "server");
    for (const [, generation] of generationsOf(doc)) if (generation._item) gate.addGeneration(generation._item.id);
    return set(ada, paint(1, 2));
  },
  "undo of an own record": ({ ada }) => set(ada, record(1, 2, 2, undoBody(1, 1))),
  "undo of a record the server has never seen": ({ ada }) => set(ada, record(1, 2, 2, undoBody(2, 77))),
  "a field, a merge, a void": ({ ada }) =>
    changes(ada, () => {
      const generation = generationsOf(ada).get("1");
      for (const row of [
        record(1, 2, 4, metaBody(7, "status", "accepted")),
        record(1, 3, 5, edgeBody(7, 9)),
        record(1, 4, 0, new Uint8Array()),
      ])
        generation?.set(row.id, row.stored);
    }),
  erasing: ({ ada }) =>
    set(
      ada,
      record(1, 2, 1, planRecord({ kind: "paint", label: 0, runs: Int32Array.from([1, 1, 1, 2]) }, grid)[0].body),
    ),
  "everything the server has already": ({ doc }) => Y.encodeStateAsUpdate(doc),
};

it.each(Object.entries(honest))("lets pass (I12): %s", (_name, make) => {
  const scene = setUp();
  expect(scene.judge(make(scene))).toMatchObject({ kind: "pass" });
});

const largeLabel = planRecord({ kind: "paint", label: 501, runs: Int32Array.from([1, 1, 1, 2]) }, grid)[0].body;

const forged: Record<string, [(scene: Scene) => Uint8Array, RegExp]> = {
  "bytes that are no update": [() => Uint8Array.from([1, 2, 3, 255, 255]), /cannot be read/],
  "a key of meta": [
    ({ ada }) => changes(ada, () => metaOf(ada).set("gen", 9)),
    /only generations|overwritten|take records/,
  ],
  "a new key of meta": [({ ada }) => changes(ada, () => metaOf(ada).set("x", 9)), /only generations/],
  "a generation of one's own": [
    ({ ada }) => changes(ada, () => generationsOf(ada).set("9", new Y.Map())),
    /only generations/,
  ],
  "a record of another root type": [({ ada }) => changes(ada, () => ada.getArray("x").push([1])), /only generations/],
  "somebody's record overwritten": [
    ({ ada }) => set(ada, { ...paint(3, 1), stored: paint(1, 2).stored }),
    /only generations/,
  ],
  "an own record overwritten": [({ ada }) => set(ada, paint(1, 1, 9)), /only generations/],
  "the same number with other bytes in a later generation": [
    ({ doc, gate, ada }) => {
      sealGeneration(doc, "server");
      for (const [, generation] of generationsOf(doc)) if (generation._item) gate.addGeneration(generation._item.id);
      Y.applyUpdate(ada, Y.encodeStateAsUpdate(doc));
      return set(ada, paint(1, 1, 44), "2");
    },
    /taken by another/,
  ],
  "a record under another key": [({ ada }) => set(ada, { id: "1.5", stored: paint(1, 2).stored }), /another number/],
  "a session of somebody else": [({ ada }) => set(ada, paint(3, 2)), /somebody else/],
  "a session nobody leased": [({ ada }) => set(ada, paint(99, 1)), /not known/],
  "a label nobody issued": [({ ada }) => set(ada, record(1, 2, 1, largeLabel)), /not known/],
  "a field of a label nobody issued": [({ ada }) => set(ada, record(1, 2, 4, metaBody(501, "note", "x"))), /not known/],
  "undo of what somebody else did": [({ ada }) => set(ada, record(1, 2, 2, undoBody(3, 1))), /moderators/],
  "a stamp from the far future": [({ ada }) => set(ada, paint(1, 2, 2 ** 30)), /future/],
  "text instead of bytes": [
    ({ ada }) => changes(ada, () => (generationsOf(ada).get("1") as unknown as Y.Map<unknown>).set("1.2", "text")),
    /bytes/,
  ],
  "a nested type": [
    ({ ada }) => changes(ada, () => (generationsOf(ada).get("1") as unknown as Y.Map<unknown>).set("1.2", new Y.Map())),
    /bytes/,
  ],
  "voxels outside the volume": [
    ({ ada }) =>
      set(
        ada,
        record(
          1,
          2,
          1,
          planRecord(
            { kind: "paint", label: 1, runs: Int32Array.from([15, 1, 1, 2]) },
            { ...grid, shapeZyx: [16, 40, 48] },
          )[0].body,
        ),
      ),
    /beyond/,
  ],
  "a deleted record of somebody": [
    ({ ada }) => changes(ada, () => generationsOf(ada).get("1")?.delete("3.1")),
    /deletes/,
  ],
  "a deleted generation": [({ ada }) => changes(ada, () => generationsOf(ada).delete("1")), /deletes/],
  "a hole": [
    ({ ada }) => {
      set(ada, paint(1, 2));
      return set(ada, paint(1, 3));
    },
    /hole/,
  ],
  "clocks of somebody else's document": [
    ({ ben, ada }) => {
      ada.clientID = ben.clientID;
      return set(ada, paint(1, 2));
    },
    /somebody else/,
  ],
  "clocks of the server's document": [
    ({ doc, ada }) => {
      ada.clientID = doc.clientID;
      return set(ada, paint(1, 2));
    },
    /somebody else/,
  ],
  "voxels that were never uploaded": [
    ({ ada }) =>
      set(
        ada,
        record(
          1,
          2,
          8,
          paintRefBody({
            sha256: "ab".repeat(32),
            blobBytes: 5,
            bricks: [{ key: 0, box: { x0: 0, y0: 0, z0: 0, x1: 1, y1: 1, z1: 1 } }],
          }),
        ),
      ),
    /not known/,
  ],
  "uploaded voxels outside the declared boxes": [
    ({ ada, blobs }) => {
      const [{ blob }] = planRecord({ kind: "paint", label: 3, runs: Int32Array.from([1, 1, 1, 30]) }, grid, {
        bodyBytes: 1,
        inlineRecords: 0,
      });
      const bytes = blob?.bytes ?? deflateBlob(new Uint8Array());
      blobs.set(sha256Hex(bytes), decodeBlob(bytes, grid));
      const bricks = decodeBlob(bytes, grid).bricks.map(({ key, box }) => ({
        key,
        box: { ...box, x1: box.x0 + 1 },
      }));
      return set(ada, record(1, 2, 8, paintRefBody({ sha256: sha256Hex(bytes), blobBytes: bytes.length, bricks })));
    },
    /does not say/,
  ],
};

it.each(Object.entries(forged))("refuses (I12): %s", (_name, [make, reason]) => {
  const scene = setUp();
  const verdict = scene.judge(make(scene));
  expect(verdict.kind).toBe("refuse");
  if (verdict.kind === "refuse") expect(verdict.reason).toMatch(reason);
});

it("asks before it refuses what another route may have issued meanwhile", () => {
  const scene = setUp();
  expect(scene.judge(set(scene.ada, paint(99, 1)), undefined, false)).toEqual({ kind: "ask", blobs: [] });
});

it("moderators undo what others did", () => {
  const scene = setUp();
  const update = set(scene.ada, record(1, 2, 2, undoBody(3, 1)));
  expect(scene.judge(update, { userId: "ada", isModerator: true })).toMatchObject({ kind: "pass" });
});

it("names the record that was refused, for its author to put aside", () => {
  const scene = setUp();
  const update = changes(scene.ada, () => {
    const generation = generationsOf(scene.ada).get("1");
    for (const row of [paint(1, 2), record(1, 3, 1, largeLabel), paint(1, 4)]) generation?.set(row.id, row.stored);
  });
  expect(scene.judge(update)).toMatchObject({ kind: "refuse", recordId: "1.3" });
});

it("mutated updates are refused or leave everybody's records as they are", () => {
  let refused = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const scene = setUp();
    const update = set(scene.ada, paint(1, 2));
    const mutated = update.slice();
    let state = seed * 2654435761;
    for (let i = 0; i < 2; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      mutated[state % mutated.length] = state >>> 24;
    }
    const verdict = scene.judge(mutated);
    if (verdict.kind !== "pass") {
      refused++;
      continue;
    }
    Y.applyUpdate(scene.doc, mutated);
    expect(scene.fold.get("1.1")?.undone).toBe(false);
    expect(generationsOf(scene.doc).get("1")?.get("3.1")).toEqual(paint(3, 1).stored);
  }
  expect(refused).toBeGreaterThan(100);
});
