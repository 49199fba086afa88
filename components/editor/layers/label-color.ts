import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { LabelStatus } from "../../../core/labels/label-status.ts";

export type Rgb = readonly [number, number, number];

/**
 * A colour for each label: hues a golden ratio apart, so that consecutive labels differ most, in three lightnesses.
 * Red is left out: it marks what is wrong.
 */
export function rgbOfLabel(label: LabelValue): Rgb {
  const turn = (label * 0.618033988749895) % 1;
  return rgbOfHsl(30 + turn * 300, 0.72, 0.52 + ((label * 7) % 3) * 0.08);
}

/** Told apart by people with any colour vision (Okabe and Ito 2008); a pattern or a word always goes with it. */
export const statusRgb: Readonly<Record<LabelStatus, Rgb>> = {
  accepted: [0, 158, 115],
  corrected: [86, 180, 233],
  unfinished: [230, 159, 0],
  proposed: [204, 121, 167],
  rejected: [130, 130, 130],
};

export const cssOfRgb = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

/** `#rrggbb` or `#rgb`; grey for anything else. */
export function rgbOfHex(hex: string): Rgb {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex);
  const long = short
    ? short.slice(1).map((digit) => digit + digit)
    : (/^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex)?.slice(1) ?? ["80", "80", "80"]);
  return [Number.parseInt(long[0], 16), Number.parseInt(long[1], 16), Number.parseInt(long[2], 16)];
}

function rgbOfHsl(hue: number, saturation: number, lightness: number): Rgb {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
