import { createHash, randomBytes } from "node:crypto";

/** Tokens in links and for trainers are 256 random bits; only their SHA-256 is stored. */
export const createToken = (): string => randomBytes(32).toString("base64url");

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
