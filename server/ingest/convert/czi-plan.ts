import type { RandomAccessBytes } from "../voxels/random-access.ts";

/** What the directory of a CZI says of its planes. */
export interface CziPlan {
  /** First byte behind the last plane and the directory. */
  readonly endsAt: number;
  /** Height and width of each scene at full resolution, in the order of their numbers. */
  readonly scenesYx: readonly (readonly [number, number])[];
}

const SEGMENT_BYTES = 32;
const DIRECTORY_AT = SEGMENT_BYTES + 52;
const ENTRIES_AT = 128;
const ENTRY_BYTES = 32;
const DIMENSION_BYTES = 20;
const MAX_DIRECTORY_BYTES = 256 * 1024 * 1024;

interface Extent {
  low: number;
  high: number;
}

/**
 * Reads the subblock directory of a CZI (Zeiss, "CZI File Format for Microscopes", DS_ZISRAW-FileFormat; libCZI). Throws where the file
 * ends before it, or it is none.
 */
export async function readCziPlan(bytes: RandomAccessBytes): Promise<CziPlan> {
  const header = viewOf(await bytes.read(0, DIRECTORY_AT + 8, "the header"));
  const directoryAt = Number(header.getBigInt64(DIRECTORY_AT, true));
  const segment = viewOf(await bytes.read(directoryAt, SEGMENT_BYTES, "the directory"));
  const length = Number(segment.getBigInt64(24, true)) || Number(segment.getBigInt64(16, true));
  if (length > MAX_DIRECTORY_BYTES) throw new Error("the directory is too long");
  const view = viewOf(await bytes.read(directoryAt + SEGMENT_BYTES, length, "the directory"));
  const count = view.getInt32(0, true);
  const scenes = new Map<number, { x: Extent; y: Extent }>();
  let lastAt = 0;
  let at = ENTRIES_AT;
  for (let i = 0; i < count; i++) {
    lastAt = Math.max(lastAt, Number(view.getBigInt64(at + 6, true)));
    const dimensions = view.getInt32(at + 28, true);
    at += ENTRY_BYTES;
    let scene = 0;
    let isFull = true;
    const found: { x?: Extent; y?: Extent } = {};
    for (let d = 0; d < dimensions; d++, at += DIMENSION_BYTES) {
      const name = String.fromCharCode(view.getUint8(at));
      const start = view.getInt32(at + 4, true);
      const size = view.getInt32(at + 8, true);
      if (name === "S") scene = start;
      if (name !== "X" && name !== "Y") continue;
      const stored = view.getInt32(at + 16, true);
      // Smaller copies store fewer pixels than they cover.
      isFull &&= stored === 0 || stored === size;
      found[name === "X" ? "x" : "y"] = { low: start, high: start + size };
    }
    if (isFull && found.x && found.y) widen(scenes, scene, found.x, found.y);
  }
  const last = viewOf(await bytes.read(lastAt, SEGMENT_BYTES, "the last plane"));
  const used = Number(last.getBigInt64(24, true)) || Number(last.getBigInt64(16, true));
  return {
    endsAt: Math.max(lastAt + SEGMENT_BYTES + used, directoryAt + SEGMENT_BYTES + length),
    scenesYx: [...scenes].sort(([a], [b]) => a - b).map(([, { x, y }]) => [y.high - y.low, x.high - x.low]),
  };
}

function widen(scenes: Map<number, { x: Extent; y: Extent }>, scene: number, x: Extent, y: Extent): void {
  const known = scenes.get(scene);
  if (!known) {
    scenes.set(scene, { x, y });
    return;
  }
  for (const [of, one] of [
    [known.x, x],
    [known.y, y],
  ]) {
    of.low = Math.min(of.low, one.low);
    of.high = Math.max(of.high, one.high);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
