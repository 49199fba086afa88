import type { ClaimedJob } from "../../../core/contract/trainer-job.ts";
import { heartbeatAnswerSchema } from "../../../core/contract/trainer-messages.ts";
import { logOf } from "../../log/log.ts";
import type { ServerClient } from "./server-client.ts";
import { LeaseLost, ServerAway } from "./server-failures.ts";

/** The process was asked to stop: give the job back, another trainer goes on from the last checkpoint. */
export class Draining extends Error {
  constructor() {
    super("the trainer stops");
    this.name = "Draining";
  }
}

/** A person cancelled what cannot be handed in half done. */
export class Cancelled extends Error {
  constructor() {
    super("the job was cancelled");
    this.name = "Cancelled";
  }
}

/** More urgent work waits: give the job back, and go on with it later. */
export class GaveWay extends Error {
  constructor() {
    super("the job gives way to a training");
    this.name = "GaveWay";
  }
}

/** So old may the progress be that a person sees, and so long may a cancelled job go on. */
const BEAT_SECONDS = 5;

/** A job while this trainer holds its lease: keeps the lease alive, and knows when it must stop. */
export class HeldJob<Job extends ClaimedJob = ClaimedJob> {
  readonly job: Job;
  readonly client: ServerClient;
  /** Aborted when the person cancelled: hand in what there is. */
  readonly cancelled: AbortSignal;
  /** Aborted when the lease is lost, other work goes first or the process stops: hand in nothing more. */
  readonly stopped: AbortSignal;
  /** Aborted at either: for work that is worth nothing when it is half done. */
  readonly ended: AbortSignal;
  readonly #cancel = new AbortController();
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #progress = 0;
  #phase = "";

  constructor(job: Job, client: ServerClient, draining: AbortSignal) {
    this.job = job;
    this.client = client;
    this.cancelled = this.#cancel.signal;
    this.stopped = this.#stop.signal;
    this.ended = AbortSignal.any([this.cancelled, this.stopped]);
    const drain = () => this.#stop.abort(new Draining());
    if (draining.aborted) drain();
    else draining.addEventListener("abort", drain, { once: true, signal: this.stopped });
    // At most a third of the lease: two heartbeats may be lost.
    this.#timer = setInterval(() => void this.#beat(), Math.min(job.leaseSeconds / 3, BEAT_SECONDS) * 1000);
  }

  /** Shown on the project page with the next heartbeat. */
  report(progress: number, phase: string): void {
    const changedPhase = phase !== this.#phase;
    this.#progress = Math.min(1, Math.max(0, progress));
    this.#phase = phase;
    if (changedPhase) void this.#beat();
  }

  /** Throws what ended it, once it has. */
  check(): void {
    this.stopped.throwIfAborted();
  }

  tell(path: string, body: object): Promise<unknown> {
    return this.#guard(this.client.tell(this.job, path, body, this.stopped));
  }

  readBlob(key: string): Promise<Uint8Array | undefined> {
    return this.#guard(this.client.readBlob(this.job, key, this.stopped));
  }

  async writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    for (const [name, bytes] of Object.entries(files))
      await this.#guard(this.client.writeFile(this.job, `${folder}/${name}`, bytes, this.stopped));
  }

  /** Of a block. */
  handInFindings(packed: Uint8Array): Promise<void> {
    return this.#guard(this.client.writeFindings(this.job, packed, this.stopped));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #guard<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof LeaseLost) this.#stop.abort(error);
      throw error;
    }
  }

  async #beat(): Promise<void> {
    if (this.stopped.aborted) return;
    try {
      const beat = { progress: this.#progress, phase: this.#phase };
      const answer = heartbeatAnswerSchema.parse(await this.client.tryTell(this.job, "/heartbeat", beat));
      if (answer.cancelRequested) this.#cancel.abort(new Cancelled());
      else if (answer.giveWay) this.#stop.abort(new GaveWay());
    } catch (error) {
      if (error instanceof LeaseLost) this.#stop.abort(error);
      // While the server is away nobody else can take the job: go on, and hear what it says when it is back.
      else if (!(error instanceof ServerAway))
        logOf("trainer").failed("A heartbeat was refused", error, { jobId: this.job.jobId });
    }
  }
}
