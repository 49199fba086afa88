/**
 * The JSON that tifffile writes into plain TIFFs: `{"shape": [2, 31, 61, 57], "axes": "CZYX"}`. Without axes, what is
 * beyond z, y, x counts as channels, for the person to choose from.
 */
export function parseShapedDescription(text: string, pages: number): { channels: number; times: number } | null {
  if (!text.startsWith("{")) return null;
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  const { shape, axes } = said as { shape?: unknown; axes?: unknown };
  if (!Array.isArray(shape) || shape.length < 4 || !shape.every((n) => Number.isSafeInteger(n) && n > 0)) return null;
  const letters = typeof axes === "string" && axes.length === shape.length ? axes : null;
  const leading: number[] = shape.slice(0, -3);
  const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
  if (letters && /^T?C?ZYX$/.test(letters)) {
    const of = (axis: string) => (letters.includes(axis) ? shape[letters.indexOf(axis)] : 1);
    return pages === of("T") * of("C") * of("Z") ? { channels: of("C"), times: of("T") } : null;
  }
  return pages === product(leading) * shape[shape.length - 3] ? { channels: product(leading), times: 1 } : null;
}
