import { createHmac, timingSafeEqual } from "node:crypto";

/** Browsers take cookies of these names from this host alone, over https, for every path (RFC 6265bis, 4.1.3.2). */
const HOST_PREFIX = "__Host-";

/** Name before the dot of all cookies of accounts. */
export const cookiePrefix = (secure: boolean): string => `${secure ? HOST_PREFIX : ""}karyoloop`;

export const sessionCookieName = (secure: boolean): string => `${cookiePrefix(secure)}.session_token`;

const signatureOf = (value: string, secret: string): Buffer => createHmac("sha256", secret).update(value).digest();

/** As better-auth signs: `<token>.<HMAC-SHA-256, base64>`, percent-encoded. */
export const signCookie = (value: string, secret: string): string =>
  encodeURIComponent(`${value}.${signatureOf(value, secret).toString("base64")}`);

/** Value of a signed cookie in a Cookie header; null where it is missing or its signature is wrong. */
export function readSignedCookie(header: string | undefined, name: string, secret: string): string | null {
  for (const part of header?.split(";") ?? []) {
    const at = part.indexOf("=");
    if (part.slice(0, at).trim() !== name) continue;
    let signed: string;
    try {
      signed = decodeURIComponent(part.slice(at + 1).trim());
    } catch {
      return null;
    }
    const dot = signed.lastIndexOf(".");
    if (dot < 1) return null;
    const value = signed.slice(0, dot);
    const [given, wanted] = [Buffer.from(signed.slice(dot + 1), "base64"), signatureOf(value, secret)];
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? value : null;
  }
  return null;
}
