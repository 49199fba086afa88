import { MAX_OUTLINE_UM } from "../labels/move-outlines.ts";
import { Problem } from "../problem.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";

/*
 * A finished model in one answer, so that both of its files are of one checkpoint: what is said of it as JSON, `model.json`,
 * `weights.bin`, each behind its length in bytes (32 bits, little-endian).
 */

export interface AboutModel {
  /** Null: the model that comes with the product, in a project that has not used it yet. */
  readonly checkpointId: string | null;
  readonly origin: "product" | "training";
  /** How far people's outlines lie outside of the model's, as its last prediction of the volume learned; null: unknown. */
  readonly outlineUm: number | null;
}

/** Looked at by hand: the page reads it, and a schema does not belong among what pages load. */
function isAboutModel(said: unknown): said is AboutModel {
  if (typeof said !== "object" || said === null) return false;
  const { checkpointId, origin, outlineUm, ...others } = said as Record<string, unknown>;
  return (
    (checkpointId === null || (typeof checkpointId === "string" && UUID.test(checkpointId))) &&
    (origin === "product" || origin === "training") &&
    (outlineUm === null || (typeof outlineUm === "number" && Math.abs(outlineUm) <= MAX_OUTLINE_UM)) &&
    Object.keys(others).length === 0
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** More than the largest network that a trainer makes. */
export const MAX_PACKED_BYTES = 256 << 20;

export function packModel(about: AboutModel, files: CheckpointFiles): Uint8Array<ArrayBuffer> {
  const parts = [new TextEncoder().encode(JSON.stringify(about)), files["model.json"], files["weights.bin"]];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

/** Throws a Problem where the bytes are not what `packModel` made. The files are still to be looked at (`loadCheckpoint`). */
export function unpackModel(bytes: Uint8Array): { readonly about: AboutModel; readonly files: CheckpointFiles } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = (): Uint8Array => {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw damaged();
    const part = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return part;
  };
  const [about, modelJson, weights] = [next(), next(), next()];
  if (at !== bytes.length) throw damaged();
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder().decode(about));
  } catch (error) {
    throw damaged(error);
  }
  if (!isAboutModel(said)) throw damaged();
  return { about: said, files: { "model.json": modelJson, "weights.bin": weights } };
}

const damaged = (cause?: unknown): Problem =>
  new Problem({ tag: "model-damaged", what: "The model did not arrive whole.", hint: "Try again." }, { cause });
