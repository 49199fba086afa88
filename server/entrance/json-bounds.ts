import { HttpRefusal } from "./route.ts";

export interface JsonBounds {
  readonly depth: number;
  /** Values, keys aside; lists and objects may count twice. */
  readonly values: number;
}

/** Inputs are a handful of levels: batch, superjson's envelope, fields, a list of points. */
export const inputBounds: JsonBounds = { depth: 16, values: 20_000 };

/** Names by which a text can reach what all objects share; superjson takes paths with dots for keys besides. */
const SHARED_BY_ALL: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;

/** Index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return text.charCodeAt(at) === COLON;
}

function refuseSharedNames(literal: string): void {
  let name: unknown;
  try {
    name = JSON.parse(literal);
  } catch {
    return; // no JSON: its reader says so
  }
  if (
    String(name)
      .split(".")
      .some((part) => SHARED_BY_ALL.has(part))
  )
    throw new HttpRefusal(400, "The body names what it must not.");
}

/**
 * Looks at the raw text once, before anything is made of it: a few kilobytes of brackets would make a reader that
 * descends run out of its stack. Says nothing on whether it is JSON.
 */
export function refuseWildJson(text: string, bounds: JsonBounds = inputBounds): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (isKey(text, end)) refuseSharedNames(text.slice(at, end));
      at = end - 1;
    } else if (code === 91 || code === 123) {
      depth++;
      values++;
    } else if (code === 93 || code === 125) depth--;
    else if (code === COMMA) values++;
    if (depth > bounds.depth) throw new HttpRefusal(400, `At most ${bounds.depth} levels.`);
    if (values > bounds.values) throw new HttpRefusal(400, `At most ${bounds.values} values.`);
  }
}

/** JSON from a stranger; refuses with 400. */
export function parseJson(bytes: Uint8Array, bounds: JsonBounds = inputBounds): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    refuseWildJson(text, bounds);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof HttpRefusal) throw cause;
    throw new HttpRefusal(400, "JSON is needed.");
  }
}
