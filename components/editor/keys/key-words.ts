import { partsOfStroke, placeOfSign } from "./stroke.ts";

/** The keyboard that somebody sits at, as far as the browser tells. */
export interface Keyboard {
  readonly isMac: boolean;
  /** What is printed at a place (`KeyboardEvent.code`), without Shift; null where the browser does not say. */
  readonly printed: ReadonlyMap<string, string> | null;
}

export const plainKeyboard: Keyboard = { isMac: false, printed: null };

const names: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

/** A key as it is found on this keyboard: `Ctrl+K B`, on a Mac `Cmd+K B`. */
export const keyInWords = (key: string, keyboard: Keyboard = plainKeyboard): string =>
  key
    .split(" ")
    .map((stroke) => strokeInWords(stroke, keyboard))
    .join(" ");

function strokeInWords(stroke: string, { isMac, printed }: Keyboard): string {
  const { ctrl, alt, shift, key } = partsOfStroke(stroke);
  return [
    ...(ctrl ? [isMac ? "Cmd" : "Ctrl"] : []),
    ...(alt ? [isMac ? "Option" : "Alt"] : []),
    ...(shift ? ["Shift"] : []),
    names[key] ?? (printed ? whereSignIs(key, printed) : key),
  ].join("+");
}

/**
 * A sign that no key types without Shift or AltGr is reached by its American place too, where that key types nothing of the Latin
 * alphabet: `[` is `Ü` on a German keyboard.
 */
function whereSignIs(key: string, printed: ReadonlyMap<string, string>): string {
  const place = placeOfSign(key);
  if (place === null || [...printed.values()].includes(key)) return key;
  const there = printed.get(place) ?? "";
  return there.length === 1 && there > "~" ? there.toUpperCase() : key;
}
