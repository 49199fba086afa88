/** Of one value. Longer ones are cut, and say how long they were. */
const MAX_CHARACTERS = 1_000;
/** Looked at beyond the bound, so that what is hidden there is not cut into something that looks harmless. */
const MARGIN = 1_000;

/** Control characters, bidirectional overrides and other invisible ones, separators of lines: what a terminal obeys. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Makes what a terminal would obey visible. JSON's own escapes do not do: whoever decodes them gets the bytes back. */
const escapeUnseen = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      NAMED[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`)
    );
  });

/** Blobs lie below such ids, which are needed to find them; any other id may be a person's. */
const UUID =
  /(?<!(?:volumes|snapshots|datasets|checkpoints|predictions|uploads|imports)\/)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const ANY_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** As tokens and hashes are, and names of folders that words were put together for are not. */
const looksRandom = (run: string): boolean =>
  /\d/.test(run) && ((/[a-z]/.test(run) && /[A-Z]/.test(run)) || !/[_=+-]/.test(run));

/** What must not leave the process, by its form: text may hold what a person or a database put there. */
function hideSecrets(text: string): string {
  return text
    .replace(/(?:\r?\n)?params:[\s\S]*/i, " params: <hidden>") // drizzle's messages
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]*@/gi, "$1<hidden>@")
    .replace(/(\/[^\s?#"'<>]*)[?#][^\s"'<>]+/g, "$1?<hidden>")
    .replace(/\b(Bearer|Basic)\s+\S+/gi, "$1 <hidden>")
    .replace(
      /\b(\w*(?:password|passwd|secret|token|cookie|authorization|api[-_]?key))(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi,
      "$1$2<hidden>",
    )
    .replace(/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, "<e-mail>")
    .replace(UUID, "<id>")
    .replace(/[A-Za-z0-9_+=-]{32,}/g, (run) => (ANY_UUID.test(run) || !looksRandom(run) ? run : "<hidden>"));
}

function cut(text: string, length: number): string {
  if (text.length <= MAX_CHARACTERS && length <= MAX_CHARACTERS + MARGIN) return text;
  return `${text.slice(0, MAX_CHARACTERS)}… (${length} characters)`;
}

/** Text from anywhere, as it may stand in the log: bounded, without secrets, on one line, and harmless to a terminal. */
export function cleanText(text: string): string {
  const { length } = text;
  let near = text.slice(0, MAX_CHARACTERS + MARGIN);
  if (near.length < length) near = near.replace(/\S*$/, "");
  return escapeUnseen(cut(hideSecrets(near), length));
}

/** Text of our own, which is to be read whole: the address and the one-time link that a start says. */
export const cleanOwnText = (text: string): string => escapeUnseen(cut(text, text.length));
