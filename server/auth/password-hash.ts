import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { normalizePassword } from "../../core/text/password-rules.ts";

/** Cost of scrypt (RFC 7914); it takes 128·n·r bytes while it runs. */
export interface ScryptCost {
  /** N = 2^logN. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's Password Storage Cheat Sheet: 128 MiB, about half a second. */
export const PASSWORD_COST: ScryptCost = { logN: 17, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** What earlier versions stored: `<salt, hexadecimal>:<key, hexadecimal>`, made by better-auth. */
const EARLIER_COST: ScryptCost = { logN: 14, r: 16, p: 1 };
const EARLIER_HASH = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
const HASH = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

const deriveKey = (password: string, salt: string | Buffer, bytes: number, { logN, r, p }: ScryptCost) =>
  new Promise<Buffer>((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 2 * 128 * 2 ** logN * r };
    scrypt(normalizePassword(password), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** `scrypt$<log2 N>$<r>$<p>$<salt>$<key>`, salt and key in base64url. Call it through password-hashing.ts, which bounds how many run. */
export async function hashPassword(password: string, cost: ScryptCost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(password, salt, KEY_BYTES, cost);
  return ["scrypt", cost.logN, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** False for a hash of a form that nobody wrote, too. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const earlier = EARLIER_HASH.exec(hash);
  if (earlier) {
    const wanted = Buffer.from(earlier[2], "hex");
    // The salt went in as its hexadecimal text.
    return timingSafeEqual(await deriveKey(password, earlier[1], wanted.length, EARLIER_COST), wanted);
  }
  const parts = HASH.exec(hash);
  if (!parts) return false;
  const [logN, r, p] = parts.slice(1, 4).map(Number);
  const [salt, wanted] = parts.slice(4).map((part) => Buffer.from(part, "base64url"));
  return timingSafeEqual(await deriveKey(password, salt, KEY_BYTES, { logN, r, p }), wanted);
}

/** True where the hash was made at another cost than today's: it is renewed when its password is next typed. */
export function isOutdatedHash(hash: string): boolean {
  const { logN, r, p } = PASSWORD_COST;
  return !hash.startsWith(`scrypt$${logN}$${r}$${p}$`);
}
