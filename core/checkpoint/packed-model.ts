import { z } from "zod";
import { Problem } from "../problem.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import { outlineUmSchema } from "./trained-model.ts";

/*
 * A finished model in one answer, so that both of its files are of one checkpoint: what is said of it as JSON, `model.json`,
 * `weights.bin`, each behind its length in bytes (32 bits, little-endian).
 */

const aboutModelSchema = z.strictObject({
  /** Null: the model that comes with the product, in a project that has not used it yet. */
  checkpointId: z.uuid().nullable(),
  origin: z.enum(["product", "training"]),
  /** How far people's outlines lie outside of the model's, as its last prediction of the volume learned; null: unknown. */
  outlineUm: outlineUmSchema.nullable(),
});

export type AboutModel = z.infer<typeof aboutModelSchema>;

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
  const parsed = aboutModelSchema.safeParse(said);
  if (!parsed.success) throw damaged(parsed.error);
  return { about: parsed.data, files: { "model.json": modelJson, "weights.bin": weights } };
}

const damaged = (cause?: unknown): Problem =>
  new Problem({ tag: "model-damaged", what: "The model did not arrive whole.", hint: "Try again." }, { cause });
