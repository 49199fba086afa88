import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Problem } from "../../core/problem.ts";
import { problemOfAnswer, unreachable, type ZenodoAnswer } from "./zenodo-problems.ts";

/** How long is waited for what, in milliseconds; tests wait less. */
export interface ZenodoTiming {
  /** For a whole answer to a short question. */
  readonly answerMs: number;
  /** For a byte to move while a file is sent. */
  readonly silenceMs: number;
  /** For the answer once all of a file was sent: its checksum is made meanwhile. */
  readonly fileAnswerMs: number;
  /** Before each new try of what failed by no fault of ours. */
  readonly retriesMs: readonly number[];
  /** Longest wait that the server there may ask for by Retry-After; longer ones stop the work, which people go on with. */
  readonly longestWaitMs: number;
}

export const ZENODO_TIMING: ZenodoTiming = {
  answerMs: 60_000,
  silenceMs: 60_000,
  fileAnswerMs: 600_000,
  retriesMs: [1000, 5000, 20_000, 60_000, 120_000],
  longestWaitMs: 300_000,
};

/** Metadata of a record with a hundred files are some tens of kilobytes. */
const MAX_ANSWER_BYTES = 2 << 20;
/** A peer that takes a few bytes a minute is no peer. */
const SLOWEST_BYTES_PER_SECOND = 20_000;

export interface ZenodoBody {
  readonly type: "application/json" | "application/octet-stream";
  readonly bytes: number;
  /** Made anew at every try. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface ZenodoQuestion {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly token: string;
  readonly body?: ZenodoBody;
  /**
   * `always`: asked twice it comes to the same. `refused`: only where it was surely not done (429), as a second one would be
   * another draft.
   */
  readonly retry: "always" | "refused";
}

/** What may be another in a moment. */
class TryAgain extends Error {
  readonly problem: Problem;
  readonly waitMs: number | null;
  readonly wasRefused: boolean;
  constructor(problem: Problem, waitMs: number | null, wasRefused: boolean) {
    super(problem.message);
    this.problem = problem;
    this.waitMs = waitMs;
    this.wasRefused = wasRefused;
  }
}

/**
 * Asks, again where that may help, and answers with what came of it. Rejects with a Problem, whose words never hold the token; with the
 * signal's reason where that aborted. No redirect is followed: an answer of 3xx is a refusal.
 */
export async function askZenodo(
  question: ZenodoQuestion,
  timing: ZenodoTiming,
  signal: AbortSignal,
): Promise<ZenodoAnswer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await askOnce(question, timing, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TryAgain)) throw error;
      const pause = error.waitMs ?? timing.retriesMs[attempt];
      const again = attempt < timing.retriesMs.length && (question.retry === "always" || error.wasRefused);
      if (!again || pause === undefined || pause > timing.longestWaitMs) throw error.problem;
      await wait(pause, undefined, { signal });
    }
  }
}

async function askOnce(question: ZenodoQuestion, timing: ZenodoTiming, signal: AbortSignal): Promise<ZenodoAnswer> {
  let answer: ZenodoAnswer;
  try {
    answer = await exchange(question, timing, signal);
  } catch (error) {
    signal.throwIfAborted();
    // What went wrong with the file itself is said as it is.
    if (error instanceof SourceFailed) throw error.cause;
    throw new TryAgain(unreachable(error), null, false);
  }
  if (answer.status >= 200 && answer.status < 300) return answer;
  const problem = problemOfAnswer(answer);
  if (answer.status === 429) throw new TryAgain(problem, retryAfterMs(answer.retryAfter), true);
  if (answer.status >= 500) throw new TryAgain(problem, null, false);
  throw problem;
}

/** Seconds or a date (RFC 9110, 10.2.3); null where neither stands there. */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

class SourceFailed extends Error {}

function exchange(
  { method, url, token, body }: ZenodoQuestion,
  timing: ZenodoTiming,
  signal: AbortSignal,
): Promise<ZenodoAnswer> {
  const isFile = body?.type === "application/octet-stream";
  const limitMs = isFile ? timing.fileAnswerMs + (1000 * body.bytes) / SLOWEST_BYTES_PER_SECOND : timing.answerMs;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(limitMs))]);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, {
      method,
      signal: ended,
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body && { "content-type": body.type, "content-length": body.bytes }),
      },
    });
    let source: Readable | null = null;
    let answered = false;
    request.setTimeout(isFile ? timing.silenceMs : timing.answerMs, () =>
      request.destroy(new Error("it says nothing any more")),
    );
    request.on("error", (error) => {
      source?.destroy();
      if (!answered) reject(error);
    });
    request.on("response", (response) => {
      answered = true;
      // Refused before all of it was sent: the rest is not made.
      readAnswer(response)
        .then(resolve, reject)
        .finally(() => {
          source?.destroy();
          request.destroy();
        });
    });
    if (!body) return void request.end();
    source = Readable.from(body.stream());
    source.on("error", (error) => {
      if (answered) return;
      reject(new SourceFailed("", { cause: error }));
      request.destroy();
    });
    request.on("finish", () => request.setTimeout(isFile ? timing.fileAnswerMs : timing.answerMs));
    source.pipe(request);
  });
}

async function readAnswer(response: IncomingMessage): Promise<ZenodoAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new Error("its answer is far too long");
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString();
  let json: unknown = null;
  try {
    json = text === "" ? null : JSON.parse(text);
  } catch {
    // A page for people, of a proxy on the way: the status says enough.
  }
  return { status: response.statusCode ?? 0, json, retryAfter: response.headers["retry-after"] };
}
