/** tifffile writes it for files of any size, in one line. */
const MAX_LENGTH = 65_536;
const MAX_AXES = 16;

/**
 * The JSON that tifffile writes into plain TIFFs: `{"shape": [2, 31, 61, 57], "axes": "CZYX"}`. Without axes, what is
 * beyond z, y, x counts as channels, for the person to choose from.
 */
export function parseShapedDescription(text: string): { planes: number; channels: number; times: number } | null {
  if (!text.startsWith("{") || text.length > MAX_LENGTH) return null;
  let said: { shape?: unknown; axes?: unknown } | null;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  const shape = said?.shape;
  const axes = said?.axes;
  if (
    !Array.isArray(shape) ||
    shape.length < 3 ||
    shape.length > MAX_AXES ||
    !shape.every((n) => Number.isSafeInteger(n) && n > 0)
  )
    return null;
  const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);
  if (typeof axes === "string" && axes.length === shape.length && /^T?C?ZYX$/.test(axes)) {
    const of = (axis: string): number => (axes.includes(axis) ? shape[axes.indexOf(axis)] : 1);
    return { planes: of("T") * of("C") * of("Z"), channels: of("C"), times: of("T") };
  }
  return { planes: product(shape.slice(0, -2)), channels: product(shape.slice(0, -3)), times: 1 };
}
