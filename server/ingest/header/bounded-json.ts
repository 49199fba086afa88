export interface JsonBounds {
  readonly maxBytes: number;
  /** Objects and arrays within each other. */
  readonly maxDepth: number;
  /** Values of any kind: each costs memory many times its length in the text. */
  readonly maxValues: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d;

/** JSON of a stranger, weighed before it is parsed. Throws an Error whose message is a sentence. */
export function parseBoundedJson(bytes: Uint8Array, bounds: JsonBounds): unknown {
  const objection = objectionTo(bytes, bounds);
  if (objection) throw new Error(objection);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Error("The metadata is no JSON.", { cause });
  }
}

function objectionTo(bytes: Uint8Array, { maxBytes, maxDepth, maxValues }: JsonBounds): string | null {
  if (bytes.length > maxBytes) return `The metadata has ${bytes.length} bytes; ${maxBytes} are read at most.`;
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (isOpening(byte)) {
      values++;
      if (++depth > maxDepth) return `The metadata is nested more than ${maxDepth} deep.`;
    } else if (isClosing(byte)) depth--;
    else if (byte === COMMA) values++;
  }
  return values > maxValues ? `The metadata holds more than ${maxValues} values.` : null;
}
