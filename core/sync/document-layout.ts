import * as Y from "yjs";
import type { Zyx } from "../volume/voxel-space.ts";
import { ByteReader, ByteWriter, malformed } from "./bytes.ts";
import type { LabelGrid } from "./label-grid.ts";

/** Root types of the shared document, reached by name only (R2). Clients only add keys to one generation's map. */

export const DOCUMENT_SCHEMA = 1;

export type Generation = Y.Map<Uint8Array>;

export const roomName = (volumeId: string, epoch: number): string => `vol/${volumeId}/e${epoch}`;

export const metaOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("meta");
export const generationsOf = (doc: Y.Doc): Y.Map<Generation> => doc.getMap("gens");

export function currentGenerationNumber(doc: Y.Doc): number {
  const value = metaOf(doc).get("gen");
  return typeof value === "number" ? value : 0;
}

export const generationOf = (doc: Y.Doc, generation: number): Generation | undefined =>
  generationsOf(doc).get(String(generation));

/** What `meta.base` says: how far the base reaches, and up to which seq of each session it contains the records. */
export interface BaseState {
  readonly foldedGeneration: number;
  readonly rev: number;
  readonly watermarks: ReadonlyMap<number, number>;
}

export const emptyBase: BaseState = { foldedGeneration: 0, rev: 0, watermarks: new Map() };

export function encodeBase(base: BaseState): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(1);
  writer.vu(base.foldedGeneration);
  writer.vu(base.rev);
  writer.vu(base.watermarks.size);
  for (const [session, seq] of [...base.watermarks].sort(([a], [b]) => a - b)) {
    writer.vu(session);
    writer.vu(seq);
  }
  return writer.finish();
}

export function decodeBase(bytes: Uint8Array): BaseState {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== 1) malformed("unknown base version");
  const foldedGeneration = reader.vu();
  const rev = reader.vu();
  const watermarks = new Map<number, number>();
  for (let rest = reader.vu(); rest > 0; rest--) watermarks.set(reader.vu(), reader.vu());
  reader.end();
  return { foldedGeneration, rev, watermarks };
}

export function baseOf(doc: Y.Doc): BaseState {
  const bytes = metaOf(doc).get("base");
  return bytes instanceof Uint8Array ? decodeBase(bytes) : emptyBase;
}

/** First transaction of a document; the server's alone. */
export function initialiseDocument(doc: Y.Doc, grid: LabelGrid, origin: unknown): void {
  doc.transact(() => {
    const meta = metaOf(doc);
    const [z, y, x] = grid.shapeZyx;
    meta.set("schema", DOCUMENT_SCHEMA);
    meta.set("dims", [x, y, z]);
    meta.set("brick", grid.brickSize);
    meta.set("base", encodeBase(emptyBase));
    generationsOf(doc).set("1", new Y.Map<Uint8Array>());
    meta.set("gen", 1);
  }, origin);
}

/** Opens generation g+1 and makes it the current one; the server's alone (R42 seal). */
export function sealGeneration(doc: Y.Doc, origin: unknown): void {
  const next = currentGenerationNumber(doc) + 1;
  doc.transact(() => {
    generationsOf(doc).set(String(next), new Y.Map<Uint8Array>());
    metaOf(doc).set("gen", next);
  }, origin);
}

/** The grid a document was made for; null while it is empty or of another schema. */
export function gridOf(doc: Y.Doc): LabelGrid | null {
  const meta = metaOf(doc);
  const dims = meta.get("dims");
  const brickSize = meta.get("brick");
  if (meta.get("schema") !== DOCUMENT_SCHEMA || typeof brickSize !== "number" || !Array.isArray(dims)) return null;
  const [x, y, z] = dims as readonly number[];
  const shapeZyx: Zyx = [z, y, x];
  return { shapeZyx, brickSize };
}
