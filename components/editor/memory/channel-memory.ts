import { channelsOf } from "../../viewer/image-channels.ts";
import type { ChannelView, ImageSource, ViewState, ViewStore } from "../../viewer/viewer-contract.ts";

/** How a person left the channels of a volume: kept in the browser, for the volumes looked at last. */
export type KeptChannels = Pick<ViewState, "channel" | "channels" | "together">;

const MAX_VOLUMES = 40;

const keyOf = (userId: string): string => `karyoloop.channels.${userId}`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const numbersIn = (value: unknown, count: number, low: number, high: number): number[] | null =>
  Array.isArray(value) &&
  value.length === count &&
  value.every((one) => typeof one === "number" && one >= low && one <= high)
    ? value
    : null;

function parseView(value: unknown): ChannelView | null {
  if (!isRecord(value)) return null;
  const contrast = numbersIn(value.contrast, 2, -Number.MAX_VALUE, Number.MAX_VALUE);
  const rgb = numbersIn(value.rgb, 3, 0, 255);
  const { gamma, overlaid } = value;
  if (!contrast || contrast[0] >= contrast[1] || !rgb || typeof overlaid !== "boolean") return null;
  if (typeof gamma !== "number" || gamma < 0.1 || gamma > 10) return null;
  return { contrast: [contrast[0], contrast[1]], rgb: [rgb[0], rgb[1], rgb[2]], gamma, overlaid };
}

/** Takes only what fits a volume of so many channels: the text may be of another version, or not ours at all. */
export function parseKeptChannels(value: unknown, count: number): KeptChannels | null {
  if (!isRecord(value) || !Array.isArray(value.channels) || value.channels.length !== count) return null;
  const channels = value.channels.map(parseView).filter((view) => view !== null);
  const { channel, together } = value;
  if (channels.length !== count || typeof together !== "boolean") return null;
  if (typeof channel !== "number" || !Number.isInteger(channel) || channel < 0 || channel >= count) return null;
  return { channel, channels, together };
}

function readAll(userId: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null");
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Nothing for volumes of one channel, and where the browser forbids storage. */
export function loadChannels(userId: string, image: ImageSource): Partial<KeptChannels> {
  const count = channelsOf(image).length;
  return count === 1 ? {} : (parseKeptChannels(readAll(userId)[image.volumeId], count) ?? {});
}

export function keepChannels(userId: string, image: ImageSource, view: ViewStore): () => void {
  if (channelsOf(image).length === 1) return () => {};
  let { channel, channels, together } = view.get();
  return view.subscribe(() => {
    const next = view.get();
    if (next.channel === channel && next.channels === channels && next.together === together) return;
    ({ channel, channels, together } = next);
    const { [image.volumeId]: _, ...others } = readAll(userId);
    const newest = Object.entries(others).slice(1 - MAX_VOLUMES);
    const all = { ...Object.fromEntries(newest), [image.volumeId]: { channel, channels, together } };
    try {
      localStorage.setItem(keyOf(userId), JSON.stringify(all));
    } catch {
      // Nothing depends on it.
    }
  });
}
