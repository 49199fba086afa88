// Without zod, whose compiled schemas pages may not load: their policy forbids eval.

/** Control, format (zero width, bidi), lone surrogates, private use and unassigned code points; line separators. */
export const UNFIT = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Drawn as nothing though they count as letters or signs: Hangul fillers, variation selectors, the empty Braille cell. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Something that is drawn by itself. */
const BASE = /[\p{L}\p{N}\p{P}\p{S}]/u;
/** Marks upon marks that cover what stands around; no writing system stacks so many. */
const STACKED = /\p{M}{5}/u;

/** One form for what looks the same: NFC, plain single spaces, none around. Control characters stay, to be refused. */
export const normalizeName = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/\p{Zs}+/gu, " ")
    .trim();

/** What is wrong with a name, or null. */
export function nameFlaw(name: string): string | null {
  if (UNFIT.test(name) || INVISIBLE.test(name)) return "a name has no control, invisible or direction characters";
  if (STACKED.test(name) || /^\p{M}/u.test(name) || !BASE.test(name)) return "a name has letters, digits or signs";
  return null;
}
