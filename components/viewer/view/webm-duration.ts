/**
 * Browsers record a film without knowing how long it will be, so its head says nothing of it, and players cannot seek in it or show its length. This
 * writes the length into the head: Matroska's `Segment > Info > Duration` (RFC 9559, 5.1.2.10), in units of `TimestampScale`.
 */

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const SEEK_HEAD = 0x114d9b74;
const CLUSTER = 0x1f43b675;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;

interface Element {
  readonly id: number;
  /** Where its size stands, and in how many bytes. */
  readonly sizeAt: number;
  readonly sizeBytes: number;
  readonly dataAt: number;
  /** Null: as far as its parent goes. */
  readonly size: number | null;
}

/** The same film; unchanged where its head is none that we know, or says the length already. */
export function withDuration(webm: Uint8Array<ArrayBuffer>, durationMs: number): Uint8Array<ArrayBuffer> {
  const segment = childrenOf(webm, 0, webm.length).find(({ id }) => id === SEGMENT);
  if (!segment) return webm;
  const inSegment = childrenOf(webm, segment.dataAt, webm.length, CLUSTER);
  const info = inSegment.find(({ id }) => id === INFO);
  // A table of places would be wrong after what we insert.
  if (!info || info.size === null || segment.size !== null || inSegment.some(({ id }) => id === SEEK_HEAD)) return webm;
  const end = info.dataAt + info.size;
  const inInfo = childrenOf(webm, info.dataAt, end);
  if (end > webm.length || inInfo.some(({ id }) => id === DURATION)) return webm;
  const scale = inInfo.find(({ id }) => id === TIMESTAMP_SCALE);
  const scaleNs = scale ? numberAt(webm, scale.dataAt, scale.size ?? 0) : 1_000_000;

  const duration = new Uint8Array(11);
  duration.set([0x44, 0x89, 0x88]);
  new DataView(duration.buffer).setFloat64(3, (durationMs * 1e6) / scaleNs);
  const size = sizeOf(info.size + duration.length);
  const parts = [webm.subarray(0, info.sizeAt), size, webm.subarray(info.dataAt, end), duration, webm.subarray(end)];
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Up to `last`, that one included, or until what follows is no element. */
function childrenOf(bytes: Uint8Array, from: number, end: number, last?: number): Element[] {
  const found: Element[] = [];
  for (let at = from; at < end; ) {
    const element = elementAt(bytes, at);
    if (!element) break;
    found.push(element);
    if (element.size === null || element.id === last) break;
    at = element.dataAt + element.size;
  }
  return found;
}

function elementAt(bytes: Uint8Array, at: number): Element | null {
  const idBytes = Math.clz32(bytes[at] ?? 0) - 23;
  const sizeAt = at + idBytes;
  const sizeBytes = Math.clz32(bytes[sizeAt] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || sizeAt + sizeBytes > bytes.length) return null;
  // Its highest bit says how many bytes it has. All others set: nobody knew it.
  const dataBits = 255 >> sizeBytes;
  const first = bytes[sizeAt] & dataBits;
  const isUnknown = first === dataBits && bytes.subarray(sizeAt + 1, sizeAt + sizeBytes).every((byte) => byte === 255);
  const size = first * 256 ** (sizeBytes - 1) + numberAt(bytes, sizeAt + 1, sizeBytes - 1);
  return {
    id: numberAt(bytes, at, idBytes),
    sizeAt,
    sizeBytes,
    dataAt: sizeAt + sizeBytes,
    size: isUnknown ? null : size,
  };
}

function numberAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + bytes[at + i];
  return value;
}

/** In eight bytes, as any size may be written. */
function sizeOf(size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, (1n << 56n) | BigInt(size));
  return bytes;
}
