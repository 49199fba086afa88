import { setTimeout as sleep } from "node:timers/promises";
import { type ClaimedJob, claimedJobSchema } from "../../../core/contract/trainer-job.ts";
import { type ClaimRequest, LEASE_TOKEN_HEADER, TRAINER_API } from "../../../core/contract/trainer-messages.ts";
import { plainProblemSchema } from "../../../core/plain-problem.ts";
import { plainText } from "../../../core/plain-text.ts";
import { Problem } from "../../../core/problem.ts";
import { LeaseLost, ServerAway, ServerFailing } from "./server-failures.ts";

/** A job, or a block of one. */
export type JobRef = Pick<ClaimedJob, "jobId" | "leaseToken" | "jobToken"> & { readonly blockId?: string };

const pathOf = ({ jobId, blockId }: JobRef): string => (blockId ? `/blocks/${blockId}` : `/jobs/${jobId}`);

/** Tests need no minutes. */
export interface Patience {
  readonly requestTimeoutMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** A server that is started again, or updated, is waited for so long. */
  readonly longestAbsenceMs: number;
  /** A server that is there and fails at one request so often will go on failing. */
  readonly maxFailures: number;
}

const PATIENCE: Patience = {
  requestTimeoutMs: 120_000,
  firstRetryMs: 250,
  longestRetryMs: 10_000,
  longestAbsenceMs: 10 * 60_000,
  maxFailures: 8,
};
/** Between us and the server something says that it is away or busy; 503 is also the server that starts. */
const AWAY: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
/** Longer answers than a Problem are pages of a proxy. */
const MAX_SHOWN_ANSWER = 300;

/**
 * The trainer's only way to the server. Its own token claims jobs, the job's token does everything else. Writes about a
 * job are repeated while the server is away, with growing pauses; what the server refuses is final.
 */
export class ServerClient {
  readonly #address: string;
  readonly #token: string;
  readonly #patience: Patience;

  constructor(address: string, token: string, patience: Partial<Patience> = {}) {
    this.#address = address;
    this.#token = token;
    this.#patience = { ...PATIENCE, ...patience };
  }

  /** Null when there is nothing to do. */
  async claim(request: ClaimRequest): Promise<ClaimedJob | null> {
    const response = await this.#send("POST", "/claim", JSON.stringify(request));
    return response.status === 204 ? null : claimedJobSchema.parse(await response.json());
  }

  /** One try: a heartbeat that comes late is worth nothing. */
  async tryTell(job: JobRef, path: string, body: object): Promise<unknown> {
    const json = JSON.stringify({ ...body, leaseToken: job.leaseToken });
    const response = await this.#send("POST", `${pathOf(job)}${path}`, json, job);
    return response.json();
  }

  tell(job: JobRef, path: string, body: object, signal?: AbortSignal): Promise<unknown> {
    return this.#persist(() => this.tryTell(job, path, body), signal);
  }

  /** Null where there is no such blob. */
  readBlob(job: JobRef, key: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#persist(async () => {
      const response = await this.#send("GET", `${pathOf(job)}/blobs/${key}`, undefined, job);
      return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
    }, signal);
  }

  /** Below the folder of this holder of the job. */
  writeFile(job: JobRef, name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#persist(async () => {
      await this.#send("PUT", `${pathOf(job)}/files/${name}`, bytes, job);
    }, signal);
  }

  /** Of a block that this trainer has claimed. */
  writeFindings(block: JobRef, packed: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#persist(async () => {
      await this.#send("PUT", `${pathOf(block)}/findings`, packed, block);
    }, signal);
  }

  async #persist<T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { firstRetryMs, longestRetryMs, longestAbsenceMs, maxFailures } = this.#patience;
    const beganAt = performance.now();
    let failures = 0;
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(longestRetryMs, waitMs * 2)) {
      signal?.throwIfAborted();
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof ServerAway)) throw error;
        if (error.status !== null && !AWAY.has(error.status) && ++failures >= maxFailures)
          throw new ServerFailing(`${error.message}, ${failures} times in a row. The server's log says more.`);
        if (performance.now() - beganAt > longestAbsenceMs)
          throw new ServerFailing(`${error.message}, for ${Math.round(longestAbsenceMs / 1000)} seconds.`);
        // What ended the wait is the reason, not that a wait was ended.
        const pauseMs = Math.max(waitMs, Math.min(error.retryAfterMs, longestAbsenceMs));
        await sleep(pauseMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  }

  async #send(method: string, path: string, body: string | Uint8Array | undefined, job?: JobRef): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#address}${TRAINER_API}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${job?.jobToken ?? this.#token}`,
          "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
          ...(job ? { [LEASE_TOKEN_HEADER]: String(job.leaseToken) } : {}),
        },
        body: body instanceof Uint8Array ? Uint8Array.from(body) : body,
        // The token is for this address alone.
        redirect: "manual",
        signal: AbortSignal.timeout(this.#patience.requestTimeoutMs),
      });
    } catch (cause) {
      throw new ServerAway("The server does not answer", { cause });
    }
    const { status } = response;
    if (response.ok || (method === "GET" && status === 404)) return response;
    if (status === 409 || (status === 401 && job)) throw new LeaseLost();
    if (status >= 500 || AWAY.has(status))
      throw new ServerAway(`The server answers ${status}`, { status, retryAfterMs: retryAfterMs(response) });
    throw await refusal(response, path);
  }
}

function retryAfterMs({ headers }: Response): number {
  const seconds = Number(headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** What the server says is wrong, in its own words where it has some: the same request gets the same answer. */
async function refusal(response: Response, path: string): Promise<Problem> {
  const text = await response.text().catch(() => "");
  const hint =
    response.status < 400
      ? `It has moved to ${plainText(response.headers.get("location") ?? "another address", 300)}: give the trainer that address.`
      : response.status === 401
        ? "The trainer's token is wrong or was taken back: make a new one in the installation's settings."
        : "Trainer and server must be of the same version.";
  let said: ReturnType<typeof plainProblemSchema.safeParse> | null = null;
  try {
    said = plainProblemSchema.safeParse(JSON.parse(text));
  } catch {
    // a proxy's page
  }
  if (said?.success && said.data.tag !== "refused") return new Problem({ hint, ...said.data });
  return new Problem({
    tag: "server-refused",
    what: `The server refused what the trainer sent: ${response.status} ${said?.data?.what ?? plainText(text, MAX_SHOWN_ANSWER)}`,
    where: path.replace(/^\/(?:jobs|blocks)\/[^/]+/, ""),
    hint,
  });
}
