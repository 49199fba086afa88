/** Control characters, line separators, marks that turn the direction of text, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * One printable line of at most `maxLength` characters. What another program or a file says of itself passes through
 * here before it reaches a page, a log or the database: it could clear a terminal, forge lines, or be endless.
 */
export const plainText = (text: string, maxLength: number): string =>
  text.slice(0, maxLength).replace(UNPRINTABLE, " ").trim();
