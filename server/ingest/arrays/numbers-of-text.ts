import { Problem } from "../../../core/problem.ts";
import { decimalNumber } from "../header/strict-numbers.ts";
import { bytesInMemory, type RandomAccessBytes } from "../voxels/random-access.ts";
import { type StoredType, storedBytes } from "../voxels/stored-numbers.ts";
import type { StoredArray } from "./stored-array.ts";

/** Volumes as text are small ones, made by hand or for tests. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

const damaged = (what: string, where: string): Problem =>
  new Problem({ tag: "text-voxels", what, where, hint: "Export the volume again, best with binary voxels." });

/** Numbers that are written as text, one after the other, in memory. */
export async function numbersOfText(
  file: RandomAccessBytes,
  from: number,
  type: StoredType,
  count: number,
): Promise<Omit<StoredArray, "axes">> {
  const textBytes = file.size - from;
  if (textBytes > MAX_TEXT_BYTES)
    throw damaged(`Its voxels are ${textBytes} bytes of text; ${MAX_TEXT_BYTES} are read at most.`, `byte ${from}`);
  // A number and what divides it from the next take two bytes at least.
  if (count > (textBytes + 1) / 2) throw damaged(`The text ends before ${count} voxels.`, `byte ${from}`);
  const width = storedBytes[type];
  const bytes = new Uint8Array(count * width);
  const view = new DataView(bytes.buffer);
  let filled = 0;
  let left = "";
  for (let at = from; at < file.size; at += PIECE_BYTES) {
    const piece = await file.read(at, Math.min(PIECE_BYTES, file.size - at), "the voxels");
    const words = (left + new TextDecoder("latin1").decode(piece)).split(/[\s,]+/);
    left = at + piece.length < file.size ? (words.pop() ?? "") : "";
    for (const word of words) {
      if (word === "") continue;
      if (filled >= count) throw damaged(`The text holds more than ${count} voxels.`, `near byte ${at}`);
      if (!write(view, filled * width, type, word))
        throw damaged(`The voxel ${word.slice(0, 40)} is no ${type}.`, `voxel ${filled + 1}, near byte ${at}`);
      filled++;
    }
  }
  if (filled < count) throw damaged(`The text ends after ${filled} of ${count} voxels.`, `byte ${file.size}`);
  return { bytes: bytesInMemory(bytes), offset: 0, type, littleEndian: true };
}

/** False where the word is no number of this type. */
function write(view: DataView, at: number, type: StoredType, word: string): boolean {
  if (type === "float32" || type === "float64") {
    const value = /^nan$/i.test(word) ? Number.NaN : decimalNumber(word);
    if (value === null) return false;
    if (type === "float64") view.setFloat64(at, value, true);
    else view.setFloat32(at, value, true);
    return true;
  }
  if (!/^-?\d{1,20}$/.test(word)) return false;
  const value = BigInt(word);
  const bits = storedBytes[type] * 8;
  const signed = type.startsWith("int");
  if (value !== (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))) return false;
  if (bits === 8) view.setUint8(at, Number(BigInt.asUintN(8, value)));
  else if (bits === 16) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
  else if (bits === 32) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
  else view.setBigUint64(at, BigInt.asUintN(64, value), true);
  return true;
}
