import { setTimeout as sleep } from "node:timers/promises";
import { type ClaimedJob, claimedJobSchema } from "../../core/contract/trainer-job.ts";
import { type ClaimRequest, LEASE_TOKEN_HEADER, TRAINER_API } from "../../core/contract/trainer-messages.ts";
import { Problem } from "../../core/problem.ts";

/** The job belongs to another trainer now, or has ended: stop at once and write nothing more. */
export class LeaseLost extends Error {
  constructor() {
    super("the lease of this job is lost");
    this.name = "LeaseLost";
  }
}

/** The server cannot be reached or is starting. */
class ServerAway extends Error {}

type JobRef = Pick<ClaimedJob, "jobId" | "leaseToken">;

const REQUEST_TIMEOUT_MS = 120_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/** The trainer's only way to the server. Writes about a job are repeated while the server is away: it may restart. */
export class ServerClient {
  readonly #address: string;
  readonly #token: string;

  constructor(address: string, token: string) {
    this.#address = address;
    this.#token = token;
  }

  async hello(said: { trainer: string; engine: ClaimRequest["engine"] | null; words: string }): Promise<void> {
    await this.#send("POST", "/hello", JSON.stringify(said));
  }

  /** Null when there is nothing to do. */
  async claim(request: ClaimRequest): Promise<ClaimedJob | null> {
    const response = await this.#send("POST", "/claim", JSON.stringify(request));
    return response.status === 204 ? null : claimedJobSchema.parse(await response.json());
  }

  /** One try: a heartbeat that comes late is worth nothing. */
  async tryTell(job: JobRef, path: string, body: object): Promise<unknown> {
    const response = await this.#send(
      "POST",
      `/jobs/${job.jobId}${path}`,
      JSON.stringify({ ...body, leaseToken: job.leaseToken }),
    );
    return response.json();
  }

  tell(job: JobRef, path: string, body: object, signal?: AbortSignal): Promise<unknown> {
    return this.#persist(() => this.tryTell(job, path, body), signal);
  }

  /** Null where there is no such blob. */
  readBlob(job: JobRef, key: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#persist(async () => {
      const response = await this.#send("GET", `/jobs/${job.jobId}/blobs/${key}`, undefined, job.leaseToken);
      return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
    }, signal);
  }

  /** Below the folder of this holder of the job. */
  writeFile(job: JobRef, name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#persist(async () => {
      await this.#send("PUT", `/jobs/${job.jobId}/files/${name}`, bytes, job.leaseToken);
    }, signal);
  }

  async #persist<T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2)) {
      signal?.throwIfAborted();
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof ServerAway)) throw error;
        // What ended the wait is the reason, not that a wait was ended.
        await sleep(waitMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    leaseToken?: number,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#address}${TRAINER_API}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
          ...(leaseToken === undefined ? {} : { [LEASE_TOKEN_HEADER]: String(leaseToken) }),
        },
        body: body instanceof Uint8Array ? Uint8Array.from(body) : body,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (cause) {
      throw new ServerAway(`${this.#address} does not answer`, { cause });
    }
    if (response.ok || (method === "GET" && response.status === 404)) return response;
    if (response.status === 409) throw new LeaseLost();
    if (response.status >= 500) throw new ServerAway(`${this.#address} answers ${response.status}`);
    throw new Problem({
      tag: "server-refused",
      what: `The server refused what the trainer sent: ${response.status} ${(await response.text()).slice(0, 500)}`,
      where: path,
      hint:
        response.status === 401
          ? "The trainer's token is wrong or was revoked: make a new one in the installation's settings."
          : "Trainer and server must be of the same version.",
    });
  }
}

export const isServerAway = (error: unknown): boolean => error instanceof ServerAway;
