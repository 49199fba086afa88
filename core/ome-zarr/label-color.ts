/** A distinct, stable colour per label: hue by the golden angle, so that neighbours in number differ most. */
export function labelRgba(label: number): [number, number, number, number] {
  const hue = (label * 137.508) % 360;
  const lightness = 0.5 + 0.12 * ((label % 3) - 1);
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.75;
  const channel = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (lightness - (chroma / 2) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4), 255];
}
