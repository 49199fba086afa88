/** What tifffile writes as JSON into plain TIFFs: `{"shape": [2, 31, 61, 57], "axes": "CZYX"}`, one a series. */
export interface ShapedDescription {
  /** Slowest axis first; the pages are its last axes. */
  readonly shape: readonly number[];
  /** A letter an axis, as tifffile names them; null where the file gives sizes only. */
  readonly axes: string | null;
}

/** tifffile writes it for files of any size, in one line. */
const MAX_LENGTH = 65_536;

export function parseShapedDescription(text: string): ShapedDescription | null {
  if (!text.startsWith("{") || text.length > MAX_LENGTH) return null;
  let said: { shape?: unknown; axes?: unknown } | null;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  const shape = said?.shape;
  const axes = said?.axes;
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 16) return null;
  if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) return null;
  const named = typeof axes === "string" && axes.length === shape.length && new Set(axes).size === axes.length;
  return { shape, axes: named ? axes.toUpperCase() : null };
}
