import { colorOf } from "../../../../core/import/file-channels.ts";
import { type Tiff, viewOf } from "../tiff-directory.ts";

export interface LsmChannels {
  readonly names: readonly string[];
  /** `RRGGBB`. */
  readonly colors: readonly (string | null)[];
}

/** Sizes, counts and places of the two lists, as uint32. */
const HEADER_BYTES = 24;
const MAX_BYTES = 65_536;
const MAX_NAME_BYTES = 1024;
const COLOR_BYTES = 4;

/**
 * The channels of a Zeiss LSM, of its structure ChannelColors at `offset`: colours as R, G, B, 0, names with their length before
 * them and a zero behind. Null where it is damaged: the voxels do not need it.
 */
export async function readLsmChannels(tiff: Tiff, offset: number): Promise<LsmChannels | null> {
  const what = "the channels of the LSM header";
  const header = await tiff.bytes.read(offset, HEADER_BYTES, what).catch(() => null);
  if (!header) return null;
  const [size, colorCount, nameCount, colorsAt, namesAt] = Array.from({ length: 5 }, (_, i) =>
    viewOf(header).getUint32(4 * i, true),
  );
  if (colorCount !== nameCount || size > MAX_BYTES || namesAt >= size || colorsAt + COLOR_BYTES * colorCount > size)
    return null;
  const bytes = await tiff.bytes.read(offset, size, what).catch(() => null);
  const names = bytes && readNames(bytes, namesAt, nameCount);
  if (!bytes || !names) return null;
  const colors = Array.from({ length: colorCount }, (_, i) => {
    const at = colorsAt + COLOR_BYTES * i;
    return colorOf(Buffer.from(bytes.subarray(at, at + 3)).toString("hex"));
  });
  return { names, colors };
}

function readNames(bytes: Uint8Array, from: number, count: number): string[] | null {
  const view = viewOf(bytes);
  const names: string[] = [];
  let at = from;
  while (names.length < count) {
    if (at + 4 > bytes.length) return null;
    const length = view.getUint32(at, true);
    if (length > MAX_NAME_BYTES || at + 4 + length > bytes.length) return null;
    const [text] = new TextDecoder("latin1").decode(bytes.subarray(at + 4, at + 4 + length)).split("\0");
    names.push(text.trim());
    at += 4 + length;
  }
  return names;
}
