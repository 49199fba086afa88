import { describe, expect, it } from "vitest";
import { allBrickKeys, type LabelGrid } from "../record/label-grid.ts";
import { decodeBlob } from "../record/paint-ref-codec.ts";
import { planRecord } from "../record/plan-act.ts";
import { type RecordId, RecordKind, recordIdOf } from "../record/record.ts";
import { edgeBody, encodeRecord, metaBody, undoBody } from "../record/record-codec.ts";
import { seeded } from "../testing/seeded.ts";
import { emptyBase } from "./base-state.ts";
import { OUTBOX_GENERATION } from "./fold-record.ts";
import { LabelFold } from "./label-fold.ts";
import { MergePartition } from "./merge-partition.ts";

const grid: LabelGrid = { shapeZyx: [12, 40, 36], brickSize: 16 };
const [NZ, NY, NX] = grid.shapeZyx;

/** A record as the naive judge keeps it. */
interface Meant {
  readonly id: RecordId;
  readonly stored: Uint8Array;
  generation: number;
  readonly stamp: number;
  readonly session: number;
  readonly seq: number;
  readonly runs?: Int32Array;
  readonly label?: number;
  readonly marks?: { readonly target: RecordId; readonly undo: boolean };
}

const order = (a: Meant, b: Meant) =>
  a.generation === b.generation
    ? a.stamp - b.stamp || a.session - b.session || a.seq - b.seq
    : a.generation < b.generation
      ? -1
      : 1;

/** The whole volume painted anew, voxel by voxel. */
function naive(records: readonly Meant[], base: (key: number) => Uint32Array | null): Uint32Array {
  const ordered = [...records].sort(order);
  const undone = new Set<RecordId>();
  for (const { marks } of ordered) if (marks) undone[marks.undo ? "add" : "delete"](marks.target);
  const out = flat(base);
  for (const { id, runs, label } of ordered) {
    if (!runs || undone.has(id)) continue;
    for (let i = 0; i < runs.length; i += 4)
      for (let x = runs[i + 2]; x < runs[i + 3]; x++) out[(runs[i] * NY + runs[i + 1]) * NX + x] = label ?? 0;
  }
  return out;
}

function flat(brick: (key: number) => Uint32Array | null | undefined): Uint32Array {
  const out = new Uint32Array(NZ * NY * NX);
  for (let z = 0; z < NZ; z++)
    for (let y = 0; y < NY; y++)
      for (let x = 0; x < NX; x++) {
        const key = (x >> 4) + (y >> 4) * 1024 + (z >> 4) * 1048576;
        out[(z * NY + y) * NX + x] = brick(key)?.[(x & 15) + (y & 15) * 16 + (z & 15) * 256] ?? 0;
      }
  return out;
}

function ball(random: () => number): Int32Array {
  const [cz, cy, cx, r] = [random() * NZ, random() * NY, random() * NX, 1 + random() * 6];
  const runs: number[] = [];
  for (let z = 0; z < NZ; z++)
    for (let y = 0; y < NY; y++) {
      const half = Math.sqrt(r * r - (z - cz) ** 2 - (y - cy) ** 2);
      const [from, to] = [Math.max(0, Math.ceil(cx - half)), Math.min(NX, Math.floor(cx + half) + 1)];
      if (from < to) runs.push(z, y, from, to);
    }
  return Int32Array.from(runs);
}

function paint(
  session: number,
  seq: number,
  stamp: number,
  generation: number,
  label: number,
  runs: Int32Array,
): Meant[] {
  return planRecord({ kind: "paint", label, runs }, grid).map(({ kind, body }) => ({
    id: recordIdOf(session, seq),
    stored: encodeRecord({ kind, session, seq, stamp }, body),
    generation,
    stamp,
    session,
    seq,
    runs,
    label,
  }));
}

function mark(session: number, seq: number, stamp: number, generation: number, target: Meant, undo: boolean): Meant {
  const body = undoBody(target.session, target.seq);
  const kind = undo ? RecordKind.undo : RecordKind.redo;
  const stored = encodeRecord({ kind, session, seq, stamp }, body);
  return { id: recordIdOf(session, seq), stored, generation, stamp, session, seq, marks: { target: target.id, undo } };
}

const put = (fold: LabelFold, { id, stored, generation }: Meant) => fold.put(id, stored, generation);
const shown = (fold: LabelFold) => flat((key) => fold.bricks.read(key));

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

describe("the fold (R12–R16)", () => {
  it("incremental equals brute force in any order of arrival, with late bases, undo, redo and re-homing (I1, I4, I9)", () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed);
      const bases = new Map(
        allBrickKeys(grid)
          .filter(() => random() < 0.5)
          .map((key) => [key, new Uint32Array(16 ** 3).map(() => (random() < 0.3 ? 900 : 0))]),
      );
      const base = (key: number) => bases.get(key) ?? null;
      const records: Meant[] = [];
      for (let i = 1; i <= 40; i++) {
        const [session, generation] = [1 + (i % 4), 1 + Math.floor(random() * 3)];
        const target = records[Math.floor(random() * records.length)];
        if (target?.runs && random() < 0.35)
          records.push(mark(session, i, i + Math.floor(random() * 9), generation, target, random() < 0.6));
        else records.push(...paint(session, i, i + Math.floor(random() * 9), generation, i, ball(random)));
      }
      const fold = new LabelFold(grid);
      const keys = shuffle(allBrickKeys(grid), random);
      const present: Meant[] = [];
      for (const record of shuffle(records, random)) {
        put(fold, record);
        present.push(record);
        if (random() < 0.2) put(fold, record);
        if (random() < 0.15) {
          const moved = present[Math.floor(random() * present.length)];
          const generation = moved.generation + 1;
          fold.put(moved.id, moved.stored, generation);
          moved.generation = generation;
        }
        if (random() < 0.4) {
          const key = keys.pop();
          if (key !== undefined) fold.bricks.load(key, base(key));
        }
        if (random() < 0.1) {
          const gone = present.splice(Math.floor(random() * present.length), 1)[0];
          fold.remove(gone.id);
        }
      }
      for (const key of keys) fold.bricks.load(key, base(key));
      expect(shown(fold), `seed ${seed}`).toEqual(naive(present, base));
      expect(shown(fold).some((label) => label > 0 && label < 900)).toBe(true);
    }
  });

  it("tells exactly which boxes changed", () => {
    const random = seeded(8);
    const fold = new LabelFold(grid);
    for (const key of allBrickKeys(grid)) fold.bricks.load(key, null);
    fold.bricks.takeChanges();
    const meant: Meant[] = [];
    for (let i = 1; i <= 60; i++) {
      const before = shown(fold);
      const target = meant[Math.floor(random() * meant.length)];
      const next =
        target && random() < 0.4 ? [mark(1, i, i, 1, target, random() < 0.6)] : paint(1, i, i, 1, i, ball(random));
      for (const record of next) {
        put(fold, record);
        if (record.runs) meant.push(record);
      }
      const changes = fold.bricks.takeChanges();
      shown(fold).forEach((label, at) => {
        if (label === before[at]) return;
        const [z, y, x] = [Math.floor(at / (NY * NX)), Math.floor(at / NX) % NY, at % NX];
        const box = changes.get((x >> 4) + (y >> 4) * 1024);
        const [lz, ly, lx] = [z & 15, y & 15, x & 15];
        expect(box && lz >= box.z0 && lz < box.z1 && ly >= box.y0 && ly < box.y1 && lx >= box.x0 && lx < box.x1).toBe(
          true,
        );
      });
    }
  });

  it("own records that only the outbox has lie on top, and settle where the document puts them", () => {
    const fold = new LabelFold(grid);
    for (const key of allBrickKeys(grid)) fold.bricks.load(key, null);
    const runs = Int32Array.from([1, 1, 1, 5]);
    const [own] = paint(1, 1, 1, OUTBOX_GENERATION, 7, runs);
    const [other] = paint(2, 1, 50, 3, 8, runs);
    put(fold, own);
    put(fold, other);
    expect(fold.bricks.read(0)?.[1 + 16 + 256]).toBe(7);
    fold.put(own.id, own.stored, 3);
    expect(fold.bricks.read(0)?.[1 + 16 + 256]).toBe(8);
  });

  it("a record in two generations counts in the higher one, whichever came first (R12)", () => {
    const runs = Int32Array.from([1, 1, 1, 5]);
    for (const first of [1, 2]) {
      const fold = new LabelFold(grid);
      fold.bricks.load(0, null);
      const [mine] = paint(1, 1, 1, first, 7, runs);
      const [other] = paint(2, 1, 50, 1, 8, runs);
      put(fold, mine);
      put(fold, other);
      fold.put(mine.id, mine.stored, 3 - first);
      expect(fold.bricks.read(0)?.[1 + 16 + 256]).toBe(7);
    }
  });

  it("what the base contains is not painted again (R12 watermark)", () => {
    const fold = new LabelFold(grid);
    const base = new Uint32Array(16 ** 3);
    base[1 + 16 + 256] = 9;
    fold.bricks.load(0, base);
    const runs = Int32Array.from([1, 1, 1, 5]);
    const [early] = paint(1, 1, 1, 1, 7, runs);
    const [later] = paint(1, 2, 2, 2, 8, Int32Array.from([2, 1, 1, 5]));
    put(fold, early);
    fold.setBase({ ...emptyBase, watermarks: new Map([[1, 1]]) });
    put(fold, early);
    put(fold, later);
    expect([fold.bricks.read(0)?.[1 + 16 + 256], fold.bricks.read(0)?.[1 + 16 + 512]]).toEqual([9, 8]);
    expect([fold.get(early.id), fold.get(later.id)?.record.seq]).toEqual([undefined, 2]);
  });

  it("a large act paints nothing until its voxels arrive, then in its place (R18)", () => {
    const fold = new LabelFold(grid);
    for (const key of allBrickKeys(grid)) fold.bricks.load(key, null);
    const runs = Int32Array.from([1, 1, 1, 30, 2, 30, 2, 9]);
    const [planned] = planRecord({ kind: "paint", label: 5, runs }, grid, { bodyBytes: 8, inlineRecords: 0 });
    expect(planned.kind).toBe(RecordKind.paintRef);
    fold.put("1.1", encodeRecord({ kind: planned.kind, session: 1, seq: 1, stamp: 1 }, planned.body), 1);
    const [cover] = paint(2, 1, 9, 1, 8, Int32Array.from([1, 1, 1, 5]));
    put(fold, cover);
    expect([...fold.missingBlobs([0])]).toEqual([planned.blob?.sha256]);
    expect(shown(fold)).toEqual(naive([cover], () => null));
    fold.putBlob(planned.blob?.sha256 ?? "", decodeBlob(planned.blob?.bytes ?? new Uint8Array(), grid));
    const meant: Meant = { ...cover, id: "1.1", session: 1, stamp: 1, runs, label: 5 };
    expect(shown(fold)).toEqual(naive([meant, cover], () => null));
    put(fold, mark(1, 2, 10, 1, meant, true));
    expect(shown(fold)).toEqual(naive([cover], () => null));
    expect(fold.missingBlobs(allBrickKeys(grid)).size).toBe(0);
  });
});

describe("fields and merges (R15, R54, R56)", () => {
  const meta = (seq: number, stamp: number, label: number, value: string | null): Meant => {
    const stored = encodeRecord({ kind: RecordKind.meta, session: 1, seq, stamp }, metaBody(label, "status", value));
    return { id: recordIdOf(1, seq), stored, generation: 1, stamp, session: 1, seq };
  };
  const edge = (seq: number, stamp: number, a: number, b: number, on: boolean): Meant => {
    const kind = on ? RecordKind.merge : RecordKind.unmerge;
    const stored = encodeRecord({ kind, session: 1, seq, stamp }, edgeBody(a, b));
    return { id: recordIdOf(1, seq), stored, generation: 1, stamp, session: 1, seq };
  };

  it("the last field in the order wins, null clears, undo gives back, a merged group shows its last", () => {
    const fold = new LabelFold(grid);
    const records = [meta(1, 5, 3, "accepted"), meta(2, 9, 4, "rejected"), edge(3, 10, 4, 3, true)];
    for (const record of [...records].reverse()) put(fold, record);
    expect([fold.facts.fieldsOf(3), fold.facts.fieldsOf(4)]).toEqual([{ status: "rejected" }, { status: "rejected" }]);
    put(fold, edge(4, 11, 3, 4, false));
    expect([fold.facts.fieldsOf(3), fold.facts.fieldsOf(4)]).toEqual([{ status: "accepted" }, { status: "rejected" }]);
    put(fold, mark(1, 5, 12, 1, records[1], true));
    expect(fold.facts.fieldsOf(4)).toEqual({});
    put(fold, meta(6, 13, 3, null));
    expect(fold.facts.fieldsOf(3)).toEqual({});
  });

  it("groups do not depend on the order of edges, and the smallest member names them (I16)", () => {
    const random = seeded(2);
    for (let round = 0; round < 100; round++) {
      const edges = Array.from({ length: 30 }, () => {
        const a = 1 + Math.floor(random() * 40);
        return [a, a + 1 + Math.floor(random() * 9)] as const;
      });
      const one = new MergePartition(edges);
      const two = new MergePartition(shuffle(edges, random));
      for (let label = 1; label <= 50; label++) {
        const reach = new Set([label]);
        for (let size = 0; size !== reach.size; ) {
          size = reach.size;
          for (const [a, b] of edges) if (reach.has(a) || reach.has(b)) reach.add(a).add(b);
        }
        expect(one.canonical(label)).toBe(Math.min(...reach));
        expect(two.canonical(label)).toBe(Math.min(...reach));
        expect(one.members(label)).toEqual([...reach].sort((a, b) => a - b));
      }
    }
  });
});
