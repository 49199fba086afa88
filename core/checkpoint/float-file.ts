import { Problem } from "../problem.ts";

const allFinite = (values: Float32Array): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

const notFinite = (where: string): Problem =>
  new Problem({
    tag: "weights-not-finite",
    what: "The weights hold numbers that are infinite or no numbers at all: such a model sees nothing.",
    where,
    hint: "Choose another checkpoint, or start a training from nothing.",
  });

/** Vectors as the bytes of a file: little-endian float32, one after the other. */
export function joinFloats(fileName: string, parts: readonly Float32Array[]): Uint8Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  if (!allFinite(joined)) throw notFinite(fileName);
  return new Uint8Array(joined.buffer);
}

/** The vectors again; their lengths must be the file's, and every number finite. */
export function splitFloats(
  fileName: string,
  bytes: Uint8Array | undefined,
  lengths: readonly number[],
): Float32Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (bytes?.byteLength !== total * 4)
    throw new Problem({
      tag: "checkpoint-damaged",
      what: `The checkpoint's numbers do not fit its network: ${bytes?.byteLength ?? 0} bytes instead of ${total * 4}.`,
      where: fileName,
      hint: "Choose another checkpoint, or train again.",
    });
  const values = new Float32Array(bytes.slice().buffer);
  if (!allFinite(values)) throw notFinite(fileName);
  let offset = 0;
  return lengths.map((length) => {
    offset += length;
    return values.slice(offset - length, offset);
  });
}
