import { createHash, randomBytes } from "node:crypto";

/** Tokens in links, for trainers and for jobs are 256 random bits; only their SHA-256 is stored. */
export const createToken = (): string => randomBytes(32).toString("base64url");

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Of the token in an `Authorization: Bearer …` header; null where there is none. */
export const hashOfBearer = (authorization: string | undefined): string | null =>
  authorization?.startsWith("Bearer ") ? hashToken(authorization.slice("Bearer ".length)) : null;
