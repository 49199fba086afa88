/** The longest of 1, 2, 5 × 10ⁿ µm that takes no more than `maxPx` at `zoom` CSS pixels per µm. */
export function scaleBarLength(zoom: number, maxPx: number): { readonly lengthUm: number; readonly widthPx: number } {
  const limitUm = maxPx / zoom;
  const decade = 10 ** Math.floor(Math.log10(limitUm));
  const lengthUm = ([5, 2, 1].find((step) => step * decade <= limitUm) ?? 1) * decade;
  return { lengthUm, widthPx: lengthUm * zoom };
}

export function formatLengthUm(lengthUm: number): string {
  if (lengthUm >= 1000) return `${trim(lengthUm / 1000)} mm`;
  if (lengthUm < 1) return `${trim(lengthUm * 1000)} nm`;
  return `${trim(lengthUm)} µm`;
}

const trim = (value: number): string => String(Number(value.toPrecision(3)));
