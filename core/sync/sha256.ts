import { digest } from "lib0/hash/sha256";

/** In plain JavaScript: over plain http from another computer browsers withhold crypto.subtle. */
export const sha256Hex = (bytes: Uint8Array): string =>
  Array.from(digest(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
