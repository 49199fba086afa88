import * as Y from "yjs";
import { baseOf, generationsOf } from "../../core/sync/document/document-layout.ts";
import { type BaseFacts, noFacts } from "../../core/sync/fold/base-facts.ts";
import { gridPositionZyx, type LabelGrid } from "../../core/sync/record/label-grid.ts";
import { decodeBlob } from "../../core/sync/record/paint-ref-codec.ts";
import type { DecodedRecord, PaintBody } from "../../core/sync/record/record.ts";
import { decodeRecord } from "../../core/sync/record/record-codec.ts";
import type { BaseOf } from "./harness-user.ts";

/**
 * The judge: the whole state from a document's bytes by the text of the rules, voxel by voxel, with nothing of the
 * product's fold. Slow on purpose.
 */
export interface NaiveState {
  readonly voxels: Uint32Array;
  readonly fields: ReadonlyMap<string, unknown>;
  readonly edges: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

/** A record in its place in the history. */
export interface PlacedRecord {
  readonly generation: number;
  readonly record: DecodedRecord;
}

/** Facts of the base count before all records. */
export interface NaiveBase {
  readonly brick: BaseOf;
  readonly facts: BaseFacts;
  readonly carried: ReadonlySet<string>;
}

export const baseAlone = (brick: BaseOf): NaiveBase => ({ brick, facts: noFacts, carried: new Set() });

export function liveRecords(update: Uint8Array, grid: LabelGrid): PlacedRecord[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  const { watermarks } = baseOf(doc);
  const live = new Map<string, PlacedRecord>();
  const numbers = [...generationsOf(doc).keys()].map(Number).sort((a, b) => a - b);
  for (const generation of numbers)
    for (const [id, stored] of generationsOf(doc).get(String(generation)) ?? []) {
      const record = decodeRecord(stored, grid);
      if (record.seq > (watermarks.get(record.session) ?? 0)) live.set(id, { generation, record });
    }
  doc.destroy();
  return [...live.values()];
}

export function naiveState(
  records: readonly PlacedRecord[],
  grid: LabelGrid,
  base: NaiveBase,
  blobs: ReadonlyMap<string, Uint8Array>,
): NaiveState {
  const ordered = [...records].sort(
    (a, b) =>
      a.generation - b.generation ||
      a.record.stamp - b.record.stamp ||
      a.record.session - b.record.session ||
      a.record.seq - b.record.seq,
  );
  const undone = new Set<string>(base.carried);
  for (const { record } of ordered) {
    if (record.kind === 2) undone.add(record.target);
    if (record.kind === 3) undone.delete(record.target);
  }
  const voxels = volumeOf(grid, base.brick);
  const fields = new Map<string, unknown>();
  const edges = new Map<string, boolean>(base.facts.edges.map(([a, b]) => [`${a}-${b}`, true]));
  for (const { record } of base.facts.fields)
    if (record.kind === 4) fields.set(`${record.label}:${record.field}`, record.value);
  for (const { record } of ordered) {
    if (undone.has(record.id)) continue;
    if (record.kind === 1 || record.kind === 7) paint(voxels, grid, record.body);
    if (record.kind === 8) {
      const blob = blobs.get(record.sha256);
      if (blob) paint(voxels, grid, decodeBlob(blob, grid));
    }
    if (record.kind === 4) fields.set(`${record.label}:${record.field}`, record.value);
    if (record.kind === 5 || record.kind === 6) edges.set(`${record.a}-${record.b}`, record.kind === 5);
  }
  return {
    voxels,
    fields,
    edges: new Set([...edges].flatMap(([pair, on]) => (on ? [pair] : []))),
    ids: new Set(ordered.map(({ record }) => record.id)),
  };
}

const indexOf = ({ shapeZyx: [, ny, nx] }: LabelGrid, z: number, y: number, x: number): number => (z * ny + y) * nx + x;

/** A whole volume from its bricks. */
export function volumeOf(grid: LabelGrid, brick: (key: number) => Uint32Array | null | undefined): Uint32Array {
  const [nz, ny, nx] = grid.shapeZyx;
  const size = grid.brickSize;
  const out = new Uint32Array(nz * ny * nx);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const key = Math.floor(x / size) + Math.floor(y / size) * 1024 + Math.floor(z / size) * 1024 * 1024;
        out[indexOf(grid, z, y, x)] = brick(key)?.[(x % size) + (y % size) * size + (z % size) * size * size] ?? 0;
      }
  return out;
}

function paint(voxels: Uint32Array, grid: LabelGrid, body: PaintBody): void {
  const { bytes, sections } = body.voxels();
  for (const { key, box, from, to, label } of sections) {
    const [bz, by, bx] = gridPositionZyx(key);
    const width = box.x1 - box.x0;
    const height = box.y1 - box.y0;
    let at = 0;
    let position = from;
    const varint = () => {
      let value = 0;
      let shift = 0;
      for (;;) {
        const byte = bytes[position++];
        value |= (byte & 127) << shift;
        if (byte < 128) return value;
        shift += 7;
      }
    };
    while (position < to) {
      at += varint();
      for (let rest = varint(); rest > 0; rest--, at++) {
        const x = box.x0 + (at % width);
        const y = box.y0 + (Math.floor(at / width) % height);
        const z = box.z0 + Math.floor(at / (width * height));
        voxels[indexOf(grid, bz * grid.brickSize + z, by * grid.brickSize + y, bx * grid.brickSize + x)] = label;
      }
    }
  }
}
