import type { BrickKey } from "../../volume/brick.ts";
import { ByteReader, ByteWriter } from "../bytes/bytes.ts";

/** `vu n | n × vu` difference to the key before, ascending: a byte or two per brick where they lie beside each other. */
export function encodeBrickKeys(keys: readonly BrickKey[]): Uint8Array {
  const writer = new ByteWriter(2 * keys.length + 8);
  writer.vu(keys.length);
  let before = 0;
  for (const key of [...keys].sort((a, b) => a - b)) {
    writer.vu(key - before);
    before = key;
  }
  return writer.finish();
}

export function decodeBrickKeys(bytes: Uint8Array): BrickKey[] {
  const reader = new ByteReader(bytes);
  const keys: BrickKey[] = [];
  let key = 0;
  for (let left = reader.vu(); left > 0; left--) {
    key += reader.vu();
    keys.push(key);
  }
  reader.end();
  return keys;
}
