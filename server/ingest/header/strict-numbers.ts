/** Numbers in the text of files. `Number` would take "", " 7", "0x10" and "Infinity" for numbers, too. */

/** 0 or more, without sign; null for anything else. */
export const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

/** `2`, `-0.35`, `.5`, `1.2E-3`; null for anything else. */
export function decimalNumber(text: string): number | null {
  if (text.length > 64 || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
