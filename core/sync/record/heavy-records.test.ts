import { expect, it } from "vitest";
import { ByteWriter } from "../bytes/bytes.ts";
import { inflateAgain } from "../bytes/deflate.ts";
import { LabelFold } from "../fold/label-fold.ts";
import { seeded } from "../testing/seeded.ts";
import type { LabelGrid } from "./label-grid.ts";
import { decodeBlob } from "./paint-ref-codec.ts";
import { planRecord } from "./plan-act.ts";
import { acceptedBlobBounds, acceptedBounds, RecordKind, recordIdOf } from "./record.ts";
import { decodeRecord, encodeRecord, undoBody } from "./record-codec.ts";

/** Records that cost much for their bytes: what they cost whoever reads them grows with their size, never with its square. */

const grid: LabelGrid = { shapeZyx: [12, 40, 36], brickSize: 16 };

/** Processor time of this process, ms: other work on the machine does not count. */
function costMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** `n` groups that each paint one voxel of the first brick, the i-th at place i of its first row. */
function oneVoxelGroups(n: number): Uint8Array {
  const body = new ByteWriter(n * 12);
  body.vu(n);
  for (let i = 0; i < n; i++) {
    for (const v of [1 + (i % 100), 1, 0, 8]) body.vu(v);
    for (const v of [i % 16, 0, 0, 0, 0, 0]) body.u8(v);
    for (const v of [0, 1]) body.vu(v);
  }
  return body.finish();
}

const groups = (seq: number, stamp: number, n: number) =>
  encodeRecord({ kind: RecordKind.paintGroups, session: 1, seq, stamp }, oneVoxelGroups(n));

it("a record of many sections goes below another one at the cost of reading it", () => {
  const [late, early] = [groups(1, 100, 20_000), groups(2, 50, 20_000)];
  const fold = new LabelFold(grid);
  const first = costMs(() => fold.put("1.1", late, 1));
  const second = costMs(() => fold.put("1.2", early, 1));
  expect(second).toBeLessThan(10 * first + 20);
  expect(fold.size).toBe(2);
});

it("undoing a record of many sections costs about as much as painting it", () => {
  const fold = new LabelFold(grid);
  fold.bricks.load(0, null);
  const painting = costMs(() => fold.put("1.1", groups(1, 1, 20_000), 1));
  const undo = encodeRecord({ kind: RecordKind.undo, session: 1, seq: 2, stamp: 2 }, undoBody(1, 1));
  expect(costMs(() => fold.put("1.2", undo, 1))).toBeLessThan(10 * painting + 20);
  expect(fold.bricks.read(0)?.every((label) => label === 0)).toBe(true);
});

it("strokes that arrive in the wrong order cost no more than a few times those in the right order, and show the same", () => {
  const random = seeded(4);
  const strokes = Array.from({ length: 3000 }, (_, i) => {
    const [y, x] = [Math.floor(random() * 16), Math.floor(random() * 8)];
    const runs = Int32Array.from([1, y, x, x + 8, 2, y, x, x + 8, 3, y, x, x + 8]);
    const [{ kind, body }] = planRecord({ kind: "paint", label: 1 + i, runs }, grid);
    return { id: recordIdOf(1, i + 1), stored: encodeRecord({ kind, session: 1, seq: i + 1, stamp: i + 1 }, body) };
  });
  const filled = (order: typeof strokes) => {
    const fold = new LabelFold(grid);
    fold.bricks.load(0, null);
    for (const { id, stored } of order) fold.put(id, stored, 1);
    return fold.bricks.read(0);
  };
  let [inOrder, reversed]: ReturnType<typeof filled>[] = [];
  filled(strokes); // compiled
  const rightMs = costMs(() => {
    inOrder = filled(strokes);
  });
  const wrongMs = costMs(() => {
    reversed = filled([...strokes].reverse());
  });
  expect(reversed).toEqual(inOrder);
  expect(wrongMs).toBeLessThan(8 * rightMs + 20);
});

it("few bytes that become many are not taken in anew, and stay readable where a document holds them", () => {
  const body = oneVoxelGroups(20_000);
  const stored = encodeRecord({ kind: RecordKind.paintGroups, session: 1, seq: 1, stamp: 1 }, body);
  expect(decodeRecord(stored, grid).kind).toBe(RecordKind.paintGroups);
  expect(() => decodeRecord(stored, grid, acceptedBounds(stored.length))).toThrow(/parts|above/);

  const coat = new ByteWriter(64);
  coat.vu(9);
  for (let i = 0; i < 9; i++) {
    for (const v of [1, 1, 0, 9]) coat.vu(v);
    for (const v of [0, 0, 0, 15, 15, 11]) coat.u8(v);
    for (const v of [0, 16 * 16 * 12]) coat.vu(v);
  }
  const coats = encodeRecord({ kind: RecordKind.paintGroups, session: 1, seq: 1, stamp: 1 }, coat.finish());
  expect(decodeRecord(coats, grid).kind).toBe(RecordKind.paintGroups);
  const sixCoats = { ...acceptedBounds(coats.length), coats: 6 };
  expect(() => decodeRecord(coats, grid, sixCoats)).toThrow(/over and over/);
});

it("what the planner makes of a monotonous act is taken in by the server", () => {
  const large: LabelGrid = { shapeZyx: [64, 128, 200], brickSize: 64 };
  const runs: number[] = [];
  // Every second voxel: nothing merges, and all of it deflates to almost nothing.
  for (let z = 0; z < 64; z++) for (let y = 0; y < 128; y++) for (let x = 0; x < 200; x += 2) runs.push(z, y, x, x + 1);
  const paint = { kind: "paint", label: 3, runs: Int32Array.from(runs) } as const;
  for (const limits of [
    { bodyBytes: 192 * 1024, inlineRecords: 1000 },
    { bodyBytes: 192 * 1024, inlineRecords: 4 },
  ]) {
    let voxels = 0;
    for (const { kind, body, blob } of planRecord(paint, large, limits)) {
      const stored = encodeRecord({ kind, session: 1, seq: 1, stamp: 1 }, body);
      const record = decodeRecord(stored, large, acceptedBounds(stored.length));
      if (record.kind === 1 || record.kind === 7) voxels += record.body.size.voxels;
      if (blob) voxels += decodeBlob(blob.bytes, large, acceptedBlobBounds(blob.bytes.length)).size.voxels;
    }
    expect(voxels).toBe(runs.length / 4);
  }
});

it("a brick that a large blob paints waits for its reader after late changes, and shows what painting anew shows", async () => {
  const large: LabelGrid = { shapeZyx: [64, 64, 64], brickSize: 64 };
  const random = seeded(6);
  // Scattered voxels: nothing merges, so the body has more than a megabyte and does not deflate to nothing.
  const groups = Array.from({ length: 10 }, (_, i) => {
    const runs: number[] = [];
    for (let z = 0; z < 64; z++)
      for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) if (random() < 0.4) runs.push(z, y, x, x + 1);
    return { label: i + 1, runs: Int32Array.from(runs) };
  });
  const planned = planRecord({ kind: "paintGroups", groups }, large, { bodyBytes: 4 << 20, inlineRecords: 0 });
  const fill = (fold: LabelFold) => {
    planned.forEach(({ kind, body, blob }, i) => {
      const seq = i + 1;
      if (blob) fold.putBlob(blob.sha256, decodeBlob(blob.bytes, large));
      fold.put(recordIdOf(1, seq), encodeRecord({ kind, session: 1, seq, stamp: seq }, body), 1);
    });
  };
  const mark = (fold: LabelFold, seq: number, kind: number) => {
    const stored = encodeRecord({ kind, session: 2, seq, stamp: 100 + seq }, undoBody(1, 1 + (seq % planned.length)));
    fold.put(recordIdOf(2, seq), stored, 1);
  };
  const fold = new LabelFold(large);
  fold.bricks.load(0, null);
  fill(fold);
  const beside = {
    inflate: async (deflated: Uint8Array) => inflateAgain(deflated),
    pause: async () => {},
  };
  for (let seq = 1; seq <= 40; seq++) {
    mark(fold, seq, random() < 0.7 ? RecordKind.undo : RecordKind.redo);
    if (seq % 10 !== 0) continue;
    const held = await fold.bricks.hold(0, beside);
    const anew = new LabelFold(large);
    fill(anew);
    for (const { record, stored } of fold.records()) if (record.session === 2) anew.put(record.id, stored, 1);
    anew.bricks.load(0, null);
    expect(fold.bricks.read(0)).toEqual(anew.bricks.read(0));
    expect(held.length).toBeGreaterThan(0);
  }
});
