import { z } from "zod";
import type { Zyx } from "../../../../core/volume/voxel-space.ts";
import type { PlaneAxis } from "../../axes/plane-order.ts";
import { readText, type Tiff } from "../tiff-directory.ts";
import type { TiffPage } from "../tiff-page.ts";
import { readLsmChannels } from "./lsm-channels.ts";

/** What a microscope's program says of a stack in tags of its own. */
export interface MakerStack {
  readonly source: string;
  /** Slowest first; samples of a page are not among them. */
  readonly axes: readonly PlaneAxis[];
  /** Of the axis C or, without one, of the samples of a page, as far as they are said. */
  readonly channelNames?: readonly string[];
  readonly channelColors?: readonly (string | null)[];
  /** µm; null where it is not said or is nothing. */
  readonly sizeUmZyx: readonly [number | null, number | null, number | null];
}

const LSM_INFO = 34412;
const LSM_READ_BYTES = 64;
const LSM_CHANNELS_AT = 108;
const MICRO_MANAGER = 51123;

const positive = (value: number): number | null => (Number.isFinite(value) && value > 0 ? value : null);

/**
 * Zeiss LSM: a binary structure of sizes as int32 and of voxel sizes in metres as doubles. Writers differ in its magic
 * number; it is believed where its sizes are those of the pages.
 */
async function readLsm(tiff: Tiff, pages: readonly TiffPage[]): Promise<MakerStack | null> {
  const entry = tiff.directories[0].entries.get(LSM_INFO);
  if (!entry || entry.count < LSM_READ_BYTES) return null;
  const length = entry.count >= LSM_CHANNELS_AT + 4 ? LSM_CHANNELS_AT + 4 : LSM_READ_BYTES;
  const raw = await tiff.bytes.read(entry.offset, length, `tag ${LSM_INFO} of page 1`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const [first] = pages;
  if (view.getInt32(8, true) !== first.width || view.getInt32(12, true) !== first.height) return null;
  const size = (at: number): number => Math.max(1, view.getInt32(at, true));
  const metres = (at: number) => positive(view.getFloat64(at, true) * 1e6);
  const channelsAt = length > LSM_CHANNELS_AT ? view.getUint32(LSM_CHANNELS_AT, true) : 0;
  const channels = channelsAt > 0 ? await readLsmChannels(tiff, channelsAt) : null;
  return {
    source: "LSM header",
    ...(channels && { channelNames: channels.names, channelColors: channels.colors }),
    axes: [
      { name: "T", size: size(24) },
      { name: "Z", size: size(16) },
    ],
    sizeUmZyx: [metres(56), metres(48), metres(40)],
  };
}

const count = z.number().int().min(1).max(1_000_000).catch(1);
const micrometres = z.number().nullable().catch(null).default(null);
const summarySchema = z.object({
  Summary: z.object({
    Slices: count.default(1),
    Channels: count.default(1),
    ChNames: z.array(z.string().catch("")).max(4096).catch([]).default([]),
    Frames: count.default(1),
    Positions: count.default(1),
    /** All slices of a channel, then the next channel. */
    SlicesFirst: z.boolean().default(true),
    /** All times of a position, then the next position. */
    TimeFirst: z.boolean().default(false),
    "z-step_um": micrometres,
    PixelSize_um: micrometres,
  }),
});

/** Micro-Manager: JSON with a summary of the acquisition. */
async function readMicroManager(tiff: Tiff): Promise<MakerStack | null> {
  const text = await readText(tiff, tiff.directories[0], MICRO_MANAGER);
  if (!text) return null;
  const parsed = summarySchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { Summary: said } = parsed.data;
  const z = { name: "Z", size: said.Slices };
  const c = { name: "C", size: said.Channels };
  const pixel = positive(said.PixelSize_um ?? 0);
  const t = { name: "T", size: said.Frames };
  const p = { name: "P", size: said.Positions };
  return {
    source: "Micro-Manager header",
    channelNames: said.ChNames,
    axes: [...(said.TimeFirst ? [p, t] : [t, p]), ...(said.SlicesFirst ? [c, z] : [z, c])],
    sizeUmZyx: [positive(Math.abs(said["z-step_um"] ?? 0)), pixel, pixel],
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const STK_PLANES = 33629;

/** MetaMorph STK: one directory, and as many planes behind it as its tag has entries. */
export const stkPlanes = (tiff: Tiff): number => tiff.directories[0].entries.get(STK_PLANES)?.count ?? 0;

export const readMakerStack = async (tiff: Tiff, pages: readonly TiffPage[]): Promise<MakerStack | null> =>
  (await readLsm(tiff, pages)) ?? (await readMicroManager(tiff));

/** Complete sizes, or null. */
export const sizeOfStack = ({ sizeUmZyx: [z, y, x] }: MakerStack): Zyx | null =>
  z !== null && y !== null && x !== null ? [z, y, x] : null;
