import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/*
 * A text that rests encrypted: AES-256-GCM (NIST SP 800-38D) with a key of its own derived from a secret of the installation. Layout:
 * version (1 byte), nonce (12), tag (16), ciphertext. Who finds the database without the folder of secrets reads nothing.
 */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (secret: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", secret, "", "karyoloop sealed text 1", 32));

/** `context` says whose it is and what for: what was sealed for one cannot be opened as another's. */
export function sealText(secret: string, context: string, text: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret), nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]));
}

/** Null where it was sealed with another secret, for another context, or changed since. */
export function openSealedText(secret: string, context: string, sealed: Uint8Array): string | null {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== VERSION) return null;
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const bodyAt = 1 + NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", keyOf(secret), nonce)
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(1 + NONCE_BYTES, bodyAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}
