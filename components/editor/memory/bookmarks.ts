import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewStore } from "../../viewer/viewer-contract.ts";

/** A place and how near it was looked at. */
export interface Bookmark {
  readonly crosshairZyx: Zyx;
  readonly centerUmZyx: Zyx;
  readonly zoom: number;
}

const MAX_VOLUMES = 40;

const keyOf = (userId: string): string => `karyoloop.bookmarks.${userId}`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPoint = (value: unknown): value is Zyx =>
  Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one));

/** Takes only what is a bookmark: the text may be of another version, or not ours at all. */
export function parseBookmark(value: unknown): Bookmark | null {
  if (!isRecord(value)) return null;
  const { crosshairZyx, centerUmZyx, zoom } = value;
  if (!isPoint(crosshairZyx) || !isPoint(centerUmZyx) || typeof zoom !== "number" || !(zoom > 0)) return null;
  return { crosshairZyx, centerUmZyx, zoom };
}

/** The nine bookmarks that a person has in each volume, kept in the browser for the volumes used last. */
export class Bookmarks {
  readonly #userId: string;
  readonly #volumeId: string;
  /** Where the browser forbids storage they last as long as the page. */
  readonly #places: Record<string, unknown>;

  constructor(userId: string, volumeId: string) {
    this.#userId = userId;
    this.#volumeId = volumeId;
    const own = readAll(userId)[volumeId];
    this.#places = isRecord(own) ? own : {};
  }

  set(digit: number, view: ViewStore): void {
    const { crosshairZyx, centerUmZyx, zoom } = view.get();
    this.#places[digit] = { crosshairZyx, centerUmZyx, zoom };
    const { [this.#volumeId]: _, ...others } = readAll(this.#userId);
    const newest = Object.entries(others).slice(1 - MAX_VOLUMES);
    try {
      const all = { ...Object.fromEntries(newest), [this.#volumeId]: this.#places };
      localStorage.setItem(keyOf(this.#userId), JSON.stringify(all));
    } catch {
      // Nothing depends on it.
    }
  }

  has(digit: number): boolean {
    return parseBookmark(this.#places[digit]) !== null;
  }

  /** False where there is none. */
  goTo(digit: number, view: ViewStore): boolean {
    const place = parseBookmark(this.#places[digit]);
    if (place) view.set(place);
    return place !== null;
  }
}

function readAll(userId: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null");
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
