import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { isProblem } from "../../core/problem.ts";
import { assertMayBeAsked, createGuardedLookup, type Resolve } from "../ingest/address/guarded-client.ts";

/** What became of one try. */
export interface Answer {
  readonly status: number | null;
  /** `refused`: another try would end likewise. */
  readonly result: "delivered" | "failed" | "refused";
  /** In words, without the address or anything that the receiver said. */
  readonly outcome: string;
}

/** For the whole of a try: name, connection, answer. */
const LONGEST_MS = 10_000;

interface PostRules {
  readonly privateHosts: readonly string[];
  readonly longestMs?: number;
  readonly resolve?: Resolve;
  readonly signal: AbortSignal;
}

/**
 * Sends a message once, to an address that may be asked, and to the very machine that its name was seen to mean. Redirects are not
 * followed, and nothing of the answer is read but its status. Resolves always.
 */
export function postMessage(
  address: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { privateHosts, longestMs = LONGEST_MS, resolve, signal }: PostRules,
): Promise<Answer> {
  return new Promise((done) => {
    const timer = setTimeout(() => end(new Error("no answer in time")), longestMs);
    const stopped = () => end(new Error("the server was stopped"));
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stopped);
      done(answer);
    };
    let request: http.ClientRequest | null = null;
    const end = (error: Error) => {
      settle(answerOfError(error));
      request?.destroy();
    };
    try {
      const url = new URL(address);
      assertMayBeAsked(url, privateHosts);
      request = (url.protocol === "https:" ? https : http).request(
        url,
        {
          method: "POST",
          agent: false,
          lookup: createGuardedLookup(privateHosts, resolve) as LookupFunction,
          headers: {
            ...headers,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            "user-agent": "Karyoloop",
          },
        },
        (response) => {
          settle(answerOfStatus(response.statusCode ?? 0));
          response.on("error", () => {});
          response.destroy();
        },
      );
      request.on("error", end);
      signal.addEventListener("abort", stopped, { once: true });
      if (signal.aborted) stopped();
      else request.end(body);
    } catch (error) {
      end(error as Error);
    }
  });
}

/** Answers that may be another in a while. */
const NOT_NOW = new Set([408, 425, 429]);

function answerOfStatus(status: number): Answer {
  if (status >= 200 && status < 300) return { status, result: "delivered", outcome: `answered with ${status}` };
  if (status >= 300 && status < 400)
    return { status, result: "refused", outcome: `answered with ${status}: redirects are not followed` };
  if (status >= 400 && status < 500 && !NOT_NOW.has(status))
    return { status, result: "refused", outcome: `refused it with ${status}` };
  return { status, result: "failed", outcome: `answered with ${status}` };
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection broke",
  ETIMEDOUT: "it could not be reached",
  EHOSTUNREACH: "it could not be reached",
  ENETUNREACH: "it could not be reached",
};

function answerOfError(error: Error): Answer {
  // Of our own rules: what the address is will not change by itself, but for what its name means.
  if (isProblem(error))
    return {
      status: null,
      result: error.tag === "address-not-public" ? "failed" : "refused",
      outcome: error.message.replace(/\.$/, "").toLowerCase(),
    };
  const { code = "" } = error as NodeJS.ErrnoException;
  const isCertificate = /CERT|SSL|TLS|ALTNAME|SIGNATURE/.test(code);
  const outcome = isCertificate
    ? "its certificate is not to be trusted"
    : (words[code] ?? (code ? "the connection failed" : error.message));
  return { status: null, result: "failed", outcome };
}
