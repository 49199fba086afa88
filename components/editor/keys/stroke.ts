/** What is pressed, as a name: `Ctrl+Shift+B`. Modifiers in the order Ctrl, Alt, Shift, then the key. */

/** The part of a KeyboardEvent that a name is made of. */
export interface PressedKey {
  readonly key: string;
  /** The place of the key, whatever is printed on it. */
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  /** AltGr is down: what it types is a sign of its own. */
  readonly altGraph?: boolean;
}

/** Stands for the nine digits of a row. */
export const ANY_DIGIT = "1…9";

/** What an American keyboard has at a place, without and with Shift. */
const usSigns: Readonly<Record<string, readonly [plain: string, shifted: string]>> = {
  Minus: ["-", "_"],
  Equal: ["=", "+"],
  BracketLeft: ["[", "{"],
  BracketRight: ["]", "}"],
  Semicolon: [";", ":"],
  Quote: ["'", '"'],
  Backquote: ["`", "~"],
  Comma: [",", "<"],
  Period: [".", ">"],
  Slash: ["/", "?"],
  Backslash: ["\\", "|"],
};

/** The place where an American keyboard has a sign without Shift; null where it has none. */
export const placeOfSign = (sign: string): string | null =>
  Object.keys(usSigns).find((code) => usSigns[code][0] === sign) ?? null;

const isSign = (key: string): boolean => /^[!-/:-@[-`{-~]$/.test(key);

/**
 * The names that a press may go by, the likeliest first.
 *
 * Letters and signs are what they type, on any layout: `[` is the key that types it, if need be with AltGr. Digits are places of the
 * upper row, as with Shift they type signs, and on a French keyboard without. A key that types nothing of the Latin alphabet goes by
 * what an American keyboard has there: so letters work in Greek and Cyrillic, and `[` on a German `ü`.
 */
export function strokesOf(event: PressedKey): readonly string[] {
  const { key, code = "", shiftKey: shift, altGraph = false } = event;
  if (/^(Control|Alt|AltGraph|Shift|Meta|CapsLock|Fn|Process|Unidentified)$/.test(key)) return [];
  const ctrl = (event.ctrlKey || event.metaKey) && !altGraph;
  const alt = event.altKey && !altGraph;
  const names: string[] = [];
  const add = (name: string, withAlt = alt, withShift = shift): void => {
    names.push(`${ctrl ? "Ctrl+" : ""}${withAlt ? "Alt+" : ""}${withShift ? "Shift+" : ""}${name}`);
  };
  const addDigit = (digit: string): void => {
    add(digit);
    if (digit !== "0") add(ANY_DIGIT);
  };

  const digit = digitOf(key, code);
  const letter = /^[a-z]$/i.test(key) ? key.toUpperCase() : null;
  const sign = isSign(key) ? key : null;
  const place = /^Key([A-Z])$/.exec(code)?.[1] ?? null;
  if (digit && !((shift || altGraph) && sign)) addDigit(digit);
  // A Mac types other signs with Option: there the place is what is meant first.
  if (letter ?? (alt ? place : null)) add((letter ?? place) as string);
  if (sign) {
    add(sign, alt, false);
    if (alt) add(sign, false, false);
  }
  if (digit && shift && sign) addDigit(digit);
  if (key.length > 1 && key !== "Dead") add(key);
  if (key === " ") add("Space");
  if (!letter && !digit) {
    const usSign = usSigns[code]?.[shift ? 1 : 0];
    if (usSign && usSign !== sign) add(usSign, alt, false);
    else if (place && !sign && !alt) add(place);
  }
  return names;
}

/** Of the upper row by its place; of the number pad, and where no place is told, by what it types. */
function digitOf(key: string, code: string): string | null {
  const ofRow = /^Digit(\d)$/.exec(code)?.[1];
  if (ofRow !== undefined) return ofRow;
  return /^\d$/.test(key) && !/^Key/.test(code) ? key : null;
}

export interface StrokeParts {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly key: string;
}

export function partsOfStroke(stroke: string): StrokeParts {
  const [, ctrl, alt, shift, key] = /^(Ctrl\+)?(Alt\+)?(Shift\+)?(.+)$/s.exec(stroke) ?? [];
  return { ctrl: ctrl !== undefined, alt: alt !== undefined, shift: shift !== undefined, key: key ?? "" };
}
