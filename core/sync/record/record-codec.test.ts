import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MalformedBytes } from "../bytes/bytes.ts";
import { inflateByPieces, inflateRaw } from "../bytes/deflate.ts";
import { sha256Hex } from "../bytes/sha256.ts";
import { seeded } from "../testing/seeded.ts";
import type { LabelGrid } from "./label-grid.ts";
import { paintBody, paintGroupsBody } from "./paint-codec.ts";
import { decodeBlob, deflateBlob, paintRefBody } from "./paint-ref-codec.ts";
import { type DecodedRecord, RecordKind, recordLimits } from "./record.ts";
import { decodeRecord, edgeBody, emptyBody, encodeRecord, metaBody, undoBody } from "./record-codec.ts";
import { encodeSection, splitRunsByBrick } from "./section-codec.ts";

const grid: LabelGrid = { shapeZyx: [100, 130, 200], brickSize: 64 };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

const sectionsOf = (runs: number[]) =>
  [...splitRunsByBrick(Int32Array.from(runs), grid)].map(([key, local]) => ({
    key,
    bytes: encodeSection(local, grid.brickSize),
  }));

/** Voxels a record paints, one by one, read from its bytes by the text of the specification. */
function voxelsOf(record: DecodedRecord): Map<string, number> {
  const out = new Map<string, number>();
  if (record.kind !== 1 && record.kind !== 7) throw new Error("not a paint");
  const { bytes, sections } = record.body.voxels();
  for (const { key, box, from, to, label } of sections) {
    const origin = [Math.floor(key / 1048576) * 64, (Math.floor(key / 1024) % 1024) * 64, (key % 1024) * 64];
    const [w, h] = [box.x1 - box.x0, box.y1 - box.y0];
    const numbers: number[] = [];
    for (let p = from; p < to; ) {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        value += (bytes[p] & 127) * 2 ** shift;
        if (bytes[p++] < 128) break;
      }
      numbers.push(value);
    }
    for (let i = 0, at = 0; i < numbers.length; i += 2) {
      at += numbers[i];
      for (let n = 0; n < numbers[i + 1]; n++, at++) {
        const z = origin[0] + box.z0 + Math.floor(at / (w * h));
        const y = origin[1] + box.y0 + (Math.floor(at / w) % h);
        out.set(`${z},${y},${origin[2] + box.x0 + (at % w)}`, label);
      }
    }
  }
  return out;
}

function voxelsOfRuns(runs: readonly number[], label: number, into = new Map<string, number>()): Map<string, number> {
  for (let i = 0; i < runs.length; i += 4)
    for (let x = runs[i + 2]; x < runs[i + 3]; x++) into.set(`${runs[i]},${runs[i + 1]},${x}`, label);
  return into;
}

function randomRuns(random: () => number, count: number): number[] {
  const runs: number[] = [];
  const [z0, y0, x0] = [Math.floor(random() * 90), Math.floor(random() * 120), Math.floor(random() * 150)];
  for (let i = 0; i < count; i++) {
    const x = x0 + Math.floor(random() * 40);
    runs.push(z0 + Math.floor(random() * 10), y0 + Math.floor(random() * 10), x, x + 1 + Math.floor(random() * 9));
  }
  return runs;
}

const header = { session: 5, seq: 2, stamp: 300 };

describe("records (R7–R11)", () => {
  it("are the bytes of the specification's vectors", () => {
    const paint = encodeRecord(
      { kind: RecordKind.paint, ...header },
      paintBody(1000, sectionsOf([2, 10, 62, 67, 2, 11, 62, 67])),
    );
    expect(hex(paint)).toBe(hex(bytesOf("01 05 02 ac02 e807 00 08 3e0a02010100 0004 01 08 000a02020100 0006")));
    const undo = encodeRecord({ kind: RecordKind.undo, session: 5, seq: 3, stamp: 301 }, undoBody(5, 2));
    expect(hex(undo)).toBe("020503ad020502");
  });

  it("give back what was encoded, whatever the order and overlap of runs, across bricks (I10)", () => {
    const random = seeded(11);
    let deflated = 0;
    for (let i = 0; i < 300; i++) {
      const runs = randomRuns(random, 1 + Math.floor(random() * 60));
      const stored = encodeRecord(
        { kind: RecordKind.paint, session: 7, seq: 300, stamp: 70_000 },
        paintBody(9, sectionsOf(runs)),
      );
      const record = decodeRecord(stored, grid);
      if (stored[0] > 127) deflated++;
      expect(record).toMatchObject({ id: "7.8c", stamp: 70_000, kind: 1 });
      expect(voxelsOf(record)).toEqual(voxelsOfRuns(runs, 9));
      const keys = record.kind === 1 ? record.body.voxels().sections.map(({ key }) => key) : [];
      expect(keys).toEqual([...keys].sort((a, b) => a - b));
    }
    expect(deflated).toBeGreaterThan(20);
    expect(deflated).toBeLessThan(290);
  });

  it("clip runs at the volume's edge", () => {
    const record = decodeRecord(
      encodeRecord({ kind: 1, ...header }, paintBody(3, sectionsOf([99, 129, 195, 260, 100, 0, 0, 5, -1, 0, 0, 5]))),
      grid,
    );
    expect(voxelsOf(record)).toEqual(voxelsOfRuns([99, 129, 195, 200], 3));
  });

  it("carry groups in order, fields, edges, blobs and nothing", () => {
    const groups = paintGroupsBody([
      { label: 4, sections: sectionsOf([1, 1, 60, 70]) },
      { label: 0, sections: sectionsOf([1, 1, 62, 66]) },
    ]);
    const painted = decodeRecord(encodeRecord({ kind: 7, ...header }, groups), grid);
    expect(voxelsOf(painted)).toEqual(voxelsOfRuns([1, 1, 62, 66], 0, voxelsOfRuns([1, 1, 60, 70], 4)));
    expect(decodeRecord(encodeRecord({ kind: 4, ...header }, metaBody(9, "class", "mitotic µ")), grid)).toMatchObject({
      label: 9,
      field: 2,
      value: "mitotic µ",
    });
    expect(decodeRecord(encodeRecord({ kind: 5, ...header }, edgeBody(9, 4)), grid)).toMatchObject({ a: 4, b: 9 });
    expect(decodeRecord(encodeRecord({ kind: 0, ...header }, emptyBody), grid).kind).toBe(0);
    const blob = deflateBlob(groups);
    const body = decodeBlob(blob, grid);
    const ref = { sha256: sha256Hex(blob), blobBytes: blob.length, bricks: body.bricks };
    expect(decodeRecord(encodeRecord({ kind: 8, ...header }, paintRefBody(ref)), grid)).toMatchObject(ref);
    expect(ref.bricks.map(({ key }) => key)).toEqual([0, 1]);
  });

  it("refuse what is no record", () => {
    const good = "01 05 02 ac02 e807 00 08 3e0a02010100 0004";
    expect(decodeRecord(bytesOf(good), grid).kind).toBe(1);
    const bad: Record<string, string> = {
      truncated: "01 05 02 ac02 e807 00 08 3e0a0201010000",
      "trailing bytes": `${good} 00`,
      "box beyond the brick": "01 05 02 ac02 e807 00 08 3e0a02030100 0004",
      "run beyond the box": "01 05 02 ac02 e807 00 08 3e0a02010100 0005",
      "empty run": "01 05 02 ac02 e807 00 08 3e0a02010100 0000",
      "runs not merged": "01 05 02 ac02 e807 00 0a 3e0a02010100 0002 0002",
      "brick outside the volume": "01 05 02 ac02 e807 04 08 000a02010100 0004",
      "keys that do not ascend": `${good} 00 08 3e0a02010100 0004`,
      "unknown kind": "09 05 02 ac02",
      "varint beyond 2^53": "01 05 02 ffffffffffffffffff01 00",
      "label of 2^32": "01 05 02 01 8080808010 00 08 3e0a02010100 0004",
      "seq 0": "02 05 00 01 05 02",
      "session 0": "02 00 01 01 05 02",
      "void with a body": "00 05 02 01 00",
      "merge with itself": "05 05 02 01 04 04",
      "merge with background": "05 05 02 01 00 04",
      "unknown field": "04 05 02 01 04 06 02 3131",
      "field without JSON": "04 05 02 01 04 01 02 6162",
      "field with an object": "04 05 02 01 04 01 02 7b7d",
      "field that is not UTF-8": "04 05 02 01 04 01 03 22ff22",
    };
    for (const [why, text] of Object.entries(bad))
      expect(() => decodeRecord(bytesOf(text), grid), why).toThrow(MalformedBytes);
  });

  it("mutated bytes are refused or stay inside their bricks; nothing else is thrown (I10)", () => {
    const random = seeded(5);
    const bodies: [number, Uint8Array][] = [
      [1, paintBody(1000, sectionsOf([2, 10, 62, 67, 2, 11, 62, 67]))],
      [1, paintBody(12, sectionsOf(randomRuns(random, 80)))],
      [
        7,
        paintGroupsBody([
          { label: 4, sections: sectionsOf(randomRuns(random, 9)) },
          { label: 5, sections: sectionsOf([1, 1, 62, 66]) },
        ]),
      ],
      [4, metaBody(9, "note", "hello")],
      [
        8,
        paintRefBody({
          sha256: "ab".repeat(32),
          blobBytes: 9,
          bricks: [{ key: 1, box: { x0: 1, y0: 1, z0: 1, x1: 3, y1: 3, z1: 3 } }],
        }),
      ],
    ];
    let refused = 0;
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const [kind, body] = bodies[i % bodies.length];
      const stored = encodeRecord({ kind, ...header }, body);
      const mutated = stored.slice(0, 1 + Math.floor(random() * stored.length));
      for (let k = 0; k < 1 + random() * 3; k++)
        mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
      try {
        const record = decodeRecord(mutated, grid);
        taken++;
        if (record.kind !== 1 && record.kind !== 7) continue;
        for (const place of voxelsOf(record).keys()) {
          const [z, y, x] = place.split(",").map(Number);
          if (z >= 100 || y >= 130 || x >= 200) throw new Error(`outside: ${place}`);
        }
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5000);
    expect(taken).toBeGreaterThan(10);
  });
});

describe("inflate", () => {
  it("agrees with zlib, and refuses cut streams, tails and floods", () => {
    const random = seeded(3);
    for (let i = 0; i < 200; i++) {
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 6000) }, (_, k) =>
        random() < 0.8 ? k % 7 : random() * 256,
      );
      const stream = new Uint8Array(deflateRawSync(bytes, { level: i % 10 }));
      expect(hex(inflateRaw(stream, 10_000))).toBe(hex(new Uint8Array(inflateRawSync(stream))));
      expect(() => inflateRaw(stream.subarray(0, -1), 10_000)).toThrow(MalformedBytes);
      expect(() => inflateRaw(Uint8Array.from([...stream, 7]), 10_000)).toThrow(MalformedBytes);
      expect(() => inflateRaw(stream, bytes.length - 1)).toThrow(MalformedBytes);
      // As in a browser, which has no zlib.
      expect(hex(inflateByPieces(stream, bytes.length))).toBe(hex(bytes));
      expect(() => inflateByPieces(stream.subarray(0, -1), 10_000)).toThrow();
      expect(() => inflateByPieces(stream, bytes.length - 1)).toThrow(MalformedBytes);
    }
  });

  it("is zlib's in Node: a stroke costs microseconds", () => {
    const stream = new Uint8Array(deflateRawSync(Uint8Array.from({ length: 700 }, (_, i) => (i * i) % 11)));
    const time = (inflate: () => void) => {
      const began = performance.now();
      for (let i = 0; i < 400; i++) inflate();
      return performance.now() - began;
    };
    // The best of some: other work on the machine hits the one or the other.
    const best = (inflate: () => void) => Math.min(...Array.from({ length: 5 }, () => time(inflate)));
    expect(best(() => inflateRaw(stream, 4096))).toBeLessThan(best(() => inflateByPieces(stream, 4096)) / 2);
  });

  it("a small bomb does not become large", () => {
    const bomb = new Uint8Array(deflateRawSync(new Uint8Array(60 << 20)));
    expect(bomb.length).toBeLessThan(recordLimits.storedBytes);
    const before = process.memoryUsage().arrayBuffers;
    for (const inflate of [inflateRaw, inflateByPieces])
      expect(() => inflate(bomb, recordLimits.bodyBytes)).toThrow(/above/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });
});
