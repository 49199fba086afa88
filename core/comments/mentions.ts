export const MAX_COMMENT_LENGTH = 2000;

export interface Mentionable {
  readonly userId: string;
  readonly name: string;
}

/** A piece of a comment; `userId` where it names a member. */
export interface TextPart {
  readonly text: string;
  readonly userId: string | null;
}

const isWordPart = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);

/**
 * Splits a text at `@Name`, whatever its letters' case. Of two names that fit, the longer one is meant: `@Ann Lee` does not
 * mention Ann. An @ inside a word, as in an address, mentions nobody.
 */
export function splitAtMentions(text: string, people: readonly Mentionable[]): TextPart[] {
  const longestFirst = [...people].sort((a, b) => b.name.length - a.name.length);
  const parts: TextPart[] = [];
  let plainFrom = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (at < plainFrom || isWordPart(text[at - 1])) continue;
    const named = longestFirst.find(({ name }) => {
      const end = at + 1 + name.length;
      return text.slice(at + 1, end).toLowerCase() === name.toLowerCase() && !isWordPart(text[end]);
    });
    if (!named) continue;
    const end = at + 1 + named.name.length;
    if (at > plainFrom) parts.push({ text: text.slice(plainFrom, at), userId: null });
    parts.push({ text: text.slice(at, end), userId: named.userId });
    plainFrom = end;
  }
  if (plainFrom < text.length) parts.push({ text: text.slice(plainFrom), userId: null });
  return parts;
}

/** Each once, in the order of the text. */
export const mentionedIn = (text: string, people: readonly Mentionable[]): string[] => [
  ...new Set(splitAtMentions(text, people).flatMap(({ userId }) => userId ?? [])),
];
