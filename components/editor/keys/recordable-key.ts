import { ANY_DIGIT, type PressedKey, partsOfStroke, strokesOf } from "./stroke.ts";

/** Browsers act on these before a page hears of them (Chromium's reserved commands, and Firefox's). */
const ofBrowsers = [
  "Ctrl+N",
  "Ctrl+T",
  "Ctrl+W",
  "Ctrl+Shift+N",
  "Ctrl+Shift+T",
  "Ctrl+Shift+W",
  "Ctrl+Shift+P",
  "Ctrl+Q",
];

export type Recorded = { readonly key: string } | { readonly objection: string } | null;

/** The key that a press gives to a command, or why it cannot; null while only modifiers are down. `isRow`: it has nine keys. */
export function recordKey(event: PressedKey, isRow: boolean): Recorded {
  const strokes = strokesOf(event);
  const [stroke] = isRow ? strokes.filter((one) => partsOfStroke(one).key === ANY_DIGIT) : strokes;
  if (strokes.length === 0) return null;
  if (!stroke)
    return { objection: "This command has nine keys: press one of 1 to 9, with Ctrl, Alt or Shift if you like." };
  const { key } = partsOfStroke(stroke);
  if (key === "Tab") return { objection: "Tab goes from button to button." };
  if (key === "Space") return { objection: "Space and drag pans the image." };
  if (ofBrowsers.includes(stroke) || /^Ctrl\+(Shift\+)?(Tab|PageUp|PageDown)$/.test(stroke))
    return { objection: "Browsers keep this key for themselves." };
  return { key: stroke };
}
