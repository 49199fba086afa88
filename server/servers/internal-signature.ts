import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Servers of one installation prove to each other who they are with a secret of its data folder. */

export const SIGNATURE_HEADER = "x-karyoloop-internal";
/** Machines' clocks may differ by less than this. */
const VALID_MS = 30_000;
const MAX_SEEN = 100_000;

/** What is signed: nothing of it can be used for anything else. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** The process that is asked, not its successor at the same address. */
  readonly to: string;
  /** Whose session it carries; empty where it is the server's own. */
  readonly cookie: string;
  /** What the server that passes it on says of it. */
  readonly told: string;
  readonly body: Uint8Array;
}

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("base64url");

const textOf = ({ method, path, to, cookie, told }: Omit<SignedRequest, "body">, ...rest: readonly string[]): string =>
  [method, path, to, sha256(cookie), sha256(told), ...rest].join("\n");

const sign = (secret: string, text: string): string => createHmac("sha256", secret).update(text).digest("base64url");

export interface Signature {
  readonly header: string;
  /** Ties the answer to this request. */
  readonly nonce: string;
}

export function signRequest(secret: string, { body, ...request }: SignedRequest, nowMs = Date.now()): Signature {
  const nonce = randomBytes(16).toString("base64url");
  const digest = sha256(body);
  const until = String(nowMs + VALID_MS);
  return { header: ["1", until, nonce, digest, sign(secret, textOf(request, until, nonce, digest))].join(" "), nonce };
}

/** What the answer's bytes are signed with. */
export const signAnswer = (secret: string, nonce: string, answer: Uint8Array): Buffer =>
  createHmac("sha256", secret).update(`answer\n${nonce}\n`).update(answer).digest();

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Looks at signatures; each one counts once. */
export class SignatureCheck {
  readonly #secret: string;
  readonly #seen = new Map<string, number>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The nonce, and the digest that the body has to have; null for what is forged, too old, or comes again. */
  check(
    header: unknown,
    request: Omit<SignedRequest, "body">,
    nowMs = Date.now(),
  ): { readonly nonce: string; readonly bodySha256: string } | null {
    if (typeof header !== "string" || header.length > 512) return null;
    const [version, until, nonce, bodySha256, signature, ...more] = header.split(" ");
    if (version !== "1" || !signature || more.length > 0) return null;
    const expected = sign(this.#secret, textOf(request, until, nonce, bodySha256));
    if (!isSame(Buffer.from(signature), Buffer.from(expected))) return null;
    if (!(Number(until) > nowMs && Number(until) <= nowMs + 2 * VALID_MS)) return null;
    for (const [old, untilMs] of this.#seen) {
      if (untilMs > nowMs && this.#seen.size < MAX_SEEN) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(nonce)) return null;
    this.#seen.set(nonce, Number(until));
    return { nonce, bodySha256 };
  }
}
