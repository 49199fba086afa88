import { digest } from "lib0/hash/sha256";

/** In plain JavaScript: over plain http from another computer browsers withhold crypto.subtle. */

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const sha256Hex = (bytes: Uint8Array): string => hexOf(digest(bytes));

const BLOCK_BYTES = 64;

/** HMAC-SHA-256 (RFC 2104). */
export function hmacSha256Hex(key: Uint8Array, message: Uint8Array): string {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? digest(key) : key);
  const under = (pad: number, bytes: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(BLOCK_BYTES + bytes.length);
    whole.set(block.map((byte) => byte ^ pad));
    whole.set(bytes, BLOCK_BYTES);
    return digest(whole);
  };
  return hexOf(under(0x5c, under(0x36, message)));
}
