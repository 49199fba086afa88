import * as Y from "yjs";
import type { Zyx } from "../../volume/voxel-space.ts";
import {
  type BaseState,
  decodeBase,
  decodeRevEntry,
  emptyBase,
  encodeBase,
  type RevEntry,
} from "../fold/base-state.ts";
import type { LabelGrid } from "../record/label-grid.ts";

/** Root types of the shared document, reached by name only (R2). Clients only add keys to one generation's map. */

/** 1 knew no folds: its pages stop and are reloaded; its documents are taken over in place (R60). */
export const DOCUMENT_SCHEMA = 2;

/** Revs whose changes the document tells (R5): each names every brick that it changed, and every page downloads it. */
export const TOLD_REVS = 16;

export type Generation = Y.Map<Uint8Array>;

export const roomName = (volumeId: string, epoch: number): string => `vol/${volumeId}/e${epoch}`;

export const metaOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("meta");
export const foldsOf = (doc: Y.Doc): Y.Map<Uint8Array> => doc.getMap("folds");
export const generationsOf = (doc: Y.Doc): Y.Map<Generation> => doc.getMap("gens");

export function currentGenerationNumber(doc: Y.Doc): number {
  const value = metaOf(doc).get("gen");
  return typeof value === "number" ? value : 0;
}

export const generationOf = (doc: Y.Doc, generation: number): Generation | undefined =>
  generationsOf(doc).get(String(generation));

export function baseOf(doc: Y.Doc): BaseState {
  const bytes = metaOf(doc).get("base");
  return bytes instanceof Uint8Array ? decodeBase(bytes) : emptyBase;
}

/** What a rev changed; undefined where it is too old to be told. */
export function revEntryOf(doc: Y.Doc, rev: number): RevEntry | undefined {
  const bytes = foldsOf(doc).get(String(rev));
  return bytes && decodeRevEntry(bytes);
}

/** R60: takes a document of the schema before over; the server's alone. */
export function upgradeDocument(doc: Y.Doc, origin: unknown): void {
  if (metaOf(doc).get("schema") === DOCUMENT_SCHEMA) return;
  doc.transact(() => {
    metaOf(doc).set("base", encodeBase(baseOf(doc)));
    metaOf(doc).set("schema", DOCUMENT_SCHEMA);
  }, origin);
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
