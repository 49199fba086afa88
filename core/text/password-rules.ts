import type { ProblemFields } from "../problem.ts";

export const PASSWORD_MIN_LENGTH = 10;
/** All of it is hashed: bounded. */
export const PASSWORD_MAX_LENGTH = 128;
/** Letters that have to be left of a password without the person's own name and address. */
const OWN_LETTERS_LEFT = 6;
const PERSONAL_PART = 3;

const weak = (what: string, hint: string): ProblemFields => ({ tag: "password-weak", what, hint });
const BETTER = "Take a few words that have nothing to do with each other, or let a password manager make one.";

/** What the same keys mean on every device: the form in which a password is measured, hashed and compared. */
export const normalizePassword = (password: string): string => password.normalize("NFKC");

/** Shortest run that, repeated, makes the whole text: "abcabc" -> "abc". */
function period(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const part = text.slice(0, length);
    if (part.repeat(Math.ceil(text.length / length)).slice(0, text.length) === text) return part;
  }
  return text;
}

/** Steps from code to code are all +1 or all -1: "345678", "fedcba". */
function isSequence(text: string): boolean {
  const steps = new Set([...text].slice(1).map((_, i) => text.charCodeAt(i + 1) - text.charCodeAt(i)));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}

const look: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** The words a password may have been made from: without what was put around, and without digits for letters. */
function rootsOf(password: string): string[] {
  const lower = normalizePassword(password).toLowerCase();
  const trimmed = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const spelled = lower.replace(/[\d!$@]+$/, "").replace(/[013457@$!]/g, (sign) => look[sign]);
  return [lower, trimmed, spelled, spelled.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")].flatMap((root) => [
    root,
    period(root),
  ]);
}

function isMadeOf(password: string, personal: readonly string[]): boolean {
  const parts = personal
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}]+/u))
    .filter((part) => part.length >= PERSONAL_PART)
    .sort((a, b) => b.length - a.length);
  let rest = password.toLowerCase();
  for (const part of parts) rest = rest.replaceAll(part, " ");
  return rest !== password.toLowerCase() && rest.replace(/[^\p{L}]/gu, "").length < OWN_LETTERS_LEFT;
}

/**
 * Why a new password would be guessed soon, or null. `personal`: name, email and the like, which a guesser knows.
 * `isCommon` looks a word up in a list of what guessers try first; without one that is not tried.
 */
export function passwordWeakness(
  password: string,
  personal: readonly string[],
  isCommon: (word: string) => boolean = () => false,
): ProblemFields | null {
  const text = normalizePassword(password);
  const length = [...text].length;
  if (length < PASSWORD_MIN_LENGTH)
    return weak(`A password has at least ${PASSWORD_MIN_LENGTH} characters.`, `This one has ${length}. ${BETTER}`);
  if (length > PASSWORD_MAX_LENGTH)
    return weak(`A password has at most ${PASSWORD_MAX_LENGTH} characters.`, `This one has ${length}.`);
  if (/^\d+$/.test(text)) return weak("A password of digits alone is guessed soon.", BETTER);
  if (period(text).length <= 3 || isSequence(text.toLowerCase()))
    return weak("A password that repeats itself or counts is guessed soon.", BETTER);
  if (isMadeOf(text, personal))
    return weak("A password that is made of your own name or address is guessed soon.", BETTER);
  if (rootsOf(text).some(isCommon)) return weak("This password is among those that are tried first.", BETTER);
  return null;
}
