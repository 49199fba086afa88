import { createHmac, randomInt } from "node:crypto";

const COUNT = 10;
const LENGTH = 12;
/** Without letters and digits that are taken for each other. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** Ten codes of 59 bits, in groups that are easy to copy: "k7m2-9wqa-x3fh". Each signs in once in place of the app. */
export function createRecoveryCodes(): string[] {
  const createCode = () => Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: COUNT }, () => createCode().replace(/(.{4})(?=.)/g, "$1-"));
}

/** Keyed, so that a stolen database alone cannot even be searched; typed gaps, hyphens and capitals do not count. */
export const hashRecoveryCode = (code: string, secret: string): string =>
  createHmac("sha256", secret)
    .update(`recovery code ${code.toLowerCase().replace(/[^a-z0-9]/g, "")}`)
    .digest("base64url");

/** As stored, and as better-auth reads it: a JSON array of what is left. */
export const storeRecoveryCodes = (codes: readonly string[], secret: string): string =>
  JSON.stringify(codes.map((code) => hashRecoveryCode(code, secret)));

export const readStoredCodes = (stored: string): string[] => JSON.parse(stored);
