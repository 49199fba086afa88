import { createHash, createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { sha256Hex } from "../bytes/sha256.ts";
import { RecordKind, recordIdOf } from "../record/record.ts";
import { emptyBody, encodeRecord } from "../record/record-codec.ts";
import { seeded } from "../testing/seeded.ts";
import { encodeKeptEdits, keptActs, sealOf } from "./kept-edits-file.ts";
import type { OutboxRow } from "./outbox.ts";
import { decodeKeptEdits } from "./read-kept-edits.ts";
import { decodePiece, encodePiece, PIECE_BYTES, piecesOf } from "./sealed-piece.ts";

const volumeId = "0b6f1c5e-3a4e-4d6a-9c57-0d1f2e3a4b5c";
const sealKey = "6f1d4c52-8d6e-4f6a-8a50-3f2b1c0d9e8f";
const row = (seq: number, more: Partial<OutboxRow> = {}): OutboxRow => {
  const stored = encodeRecord({ kind: RecordKind.void, session: 40, seq, stamp: 7 + seq }, emptyBody);
  return { id: recordIdOf(40, seq), session: 40, seq, stored, act: recordIdOf(40, seq), sealKey, ...more };
};
const voxels = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) & 255);
const blob = { sha256: createHash("sha256").update(voxels).digest("hex"), bytes: voxels };
const unsaved = [row(1), row(2, { act: recordIdOf(40, 1), blob }), row(3)];
const refused = [{ row: row(9), reason: "this number is taken", at: "2026-11-27T10:00:00.000Z" }];
const savedAt = new Date("2026-11-27T12:34:56.000Z");
const text = encodeKeptEdits({ volumeId, userId: "ben", savedAt, unsaved, refused });
/** With a checksum that fits: what somebody makes who knows the format. */
const forged = (change: (contents: ReturnType<typeof JSON.parse>) => void): string => {
  const { contents, ...head } = JSON.parse(text);
  change(contents);
  return JSON.stringify({ ...head, sha256: sha256Hex(new TextEncoder().encode(JSON.stringify(contents))), contents });
};

it("reads back all that was kept, the voxels of large paints included, also after a program has indented it", () => {
  for (const written of [text, JSON.stringify(JSON.parse(text), null, 2)]) {
    const file = decodeKeptEdits(written);
    expect(file).toMatchObject({ volumeId, userId: "ben", savedAt });
    expect(file.edits.map(({ id }) => id)).toEqual(unsaved.map(({ id }) => id));
    expect(file.edits.map(({ stored }) => stored)).toEqual(unsaved.map(({ stored }) => stored));
    expect(file.edits[1].blob).toEqual(blob);
    expect(keptActs(file.edits)).toBe(2);
    expect(file.refused).toMatchObject([{ id: refused[0].row.id, reason: "this number is taken" }]);
  }
});

it("seals by HMAC-SHA-256, as another implementation does", () => {
  const random = seeded(5);
  for (let length = 0; length < 300; length += 13) {
    const stored = Uint8Array.from({ length }, () => random() * 256);
    for (const key of [sealKey, "k".repeat(64), "k".repeat(65 + length)])
      expect(sealOf(key, stored)).toBe(createHmac("sha256", key).update(stored).digest("hex"));
  }
  expect(decodeKeptEdits(text).edits[0].seal).toBe(sealOf(sealKey, unsaved[0].stored));
  const { sealKey: _, ...bare } = row(1);
  const old = encodeKeptEdits({ volumeId, userId: "ben", savedAt, unsaved: [bare], refused: [] });
  expect(decodeKeptEdits(old).edits[0].seal).toBeNull();
});

it("refuses a changed character wherever it is, and a file that ends early", () => {
  const random = seeded(11);
  for (let i = 0; i < 60; i++) {
    const at = Math.floor(random() * text.length);
    const other = text[at] === "7" ? "8" : "7";
    expect(() => decodeKeptEdits(text.slice(0, at) + other + text.slice(at + 1)), `character ${at}`).toThrow(
      /kept edits/,
    );
    expect(() => decodeKeptEdits(text.slice(0, at))).toThrow("no file of kept edits");
  }
});

it("refuses what somebody made up under a checksum that fits, and says where", () => {
  const cases: [RegExp, (contents: ReturnType<typeof JSON.parse>) => void][] = [
    [/edit 14.1: its number is another one inside/, (c) => (c.edits[0].bytes = c.edits[2].bytes)],
    [/edit 14.2: its voxels are not whole/, (c) => (c.edits[1].voxels.bytes = c.edits[0].bytes)],
    [/contents › edits › 0 › bytes/, (c) => (c.edits[0].bytes = "A".repeat(64 * 1024 * 2))],
    [/contents › edits › 1 › seal/, (c) => (c.edits[1].seal = "no seal")],
    [/contents › volumeId/, (c) => (c.volumeId = "../../etc")],
    [/contents › edits/, (c) => (c.edits = "none")],
  ];
  for (const [words, change] of cases) expect(() => decodeKeptEdits(forged(change))).toThrow(words);
  for (const other of ["", "null", "[]", '{"volumeId":"x","unsaved":[]}'])
    expect(() => decodeKeptEdits(other)).toThrow("This is no file of kept edits");
  expect(() => decodeKeptEdits(text.replace('"version":1', '"version":2'))).toThrow(/another version.*version 2/);
});

it("goes to the server in pieces that are small enough, in order, none left out", () => {
  const edits = Array.from({ length: 950 }, (_, i) => ({
    id: `14.${i}`,
    act: "14.1",
    seal: i.toString(16).padStart(64, "0"),
    stored: new Uint8Array(i % 7 === 0 ? 60_000 : 40).fill(i),
  }));
  const pieces = piecesOf(edits);
  expect(pieces.flat().map(({ id }) => id)).toEqual(edits.map(({ id }) => id));
  const sent = pieces.map(encodePiece);
  for (const bytes of sent) expect(bytes.length).toBeLessThanOrEqual(PIECE_BYTES);
  const arrived = sent.flatMap(decodePiece);
  expect(arrived.map(({ seal }) => Buffer.from(seal).toString("hex"))).toEqual(edits.map(({ seal }) => seal));
  expect(arrived.every(({ stored }, i) => Buffer.from(stored).equals(edits[i].stored))).toBe(true);
  expect(piecesOf([])).toEqual([]);
  expect(() => decodePiece(sent[0].subarray(0, -1))).toThrow("truncated");
  expect(() => decodePiece(encodePiece(Array(101).fill(edits[1])))).toThrow("more than 100 edits");
  expect(() => decodePiece(encodePiece([{ ...edits[0], stored: new Uint8Array(65_537) }]))).toThrow("above 64 KiB");
});
