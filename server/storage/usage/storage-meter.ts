import { statfs } from "node:fs/promises";
import { taskEnvironment } from "../../beside/child-environment.ts";
import { startTaskProcess, type TaskProcess } from "../../beside/task-process.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import type { UsageReport, UsageTask } from "./measured-bytes.ts";
import { type StorageUsage, sumByProject } from "./sum-by-project.ts";

const ENTRY = new URL("./measure-process.ts", import.meta.url);
const FRESH_MS = 10 * 60_000;
/** A disk with less free than this share is shown as a warning. */
const LOW_SHARE = 0.1;

export interface StorageReading {
  /** Of the disk that the data root lies on; the database of a default installation lies there too. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number; readonly low: boolean };
  /** Null until it was measured once. */
  readonly usage: StorageUsage | null;
  readonly measuring: boolean;
  /** The last measurement failed: why. */
  readonly failure: string | null;
}

/** What takes the disk: measured when somebody looks and the last figures are old, by a process beside the server. */
export class StorageMeter {
  readonly #services: Services;
  #usage: StorageUsage | null = null;
  /** By the clock that never goes back. */
  #measuredMs = Number.NEGATIVE_INFINITY;
  #failure: string | null = null;
  #measuring: Promise<void> | null = null;
  #process: TaskProcess<UsageTask> | null = null;
  #closed = false;

  constructor(services: Services) {
    this.#services = services;
  }

  /** `afresh`: whatever the age of the last figures. Answers at once; figures that are being made come with a later call. */
  async read({ afresh = false } = {}): Promise<StorageReading> {
    const isOld = performance.now() - this.#measuredMs > FRESH_MS;
    if ((afresh || isOld) && !this.#closed && (afresh || !this.#failure)) this.#measuring ??= this.#measure();
    const { bavail, blocks, bsize } = await statfs(this.#services.environment.dataRoot);
    return {
      disk: { freeBytes: bavail * bsize, totalBytes: blocks * bsize, low: bavail < blocks * LOW_SHARE },
      usage: this.#usage,
      measuring: this.#measuring !== null,
      failure: this.#failure,
    };
  }

  /** Resolves when no measurement runs any more. */
  async settled(): Promise<void> {
    await this.#measuring;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.kill();
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    this.#failure = null;
    try {
      const report = await this.#ask();
      if (report.kind === "failed") throw new Error(report.message);
      this.#usage = await sumByProject(this.#services.db, report.measured);
      this.#measuredMs = performance.now();
    } catch (error) {
      if (this.#closed) return;
      failureLog.failed("the measuring of the storage", error);
      this.#failure = "The storage could not be measured; the server's log says why.";
    } finally {
      this.#measuring = null;
    }
  }

  async #ask(): Promise<UsageReport> {
    let answer: UsageReport = { kind: "failed", message: "the measuring process ended before it was done" };
    const { dataRoot, s3 } = this.#services.environment;
    const child = startTaskProcess<UsageTask, UsageReport>("storage", ENTRY, taskEnvironment(s3), (report) => {
      answer = report;
    });
    this.#process = child;
    child.send({ dataRoot, s3 });
    await child.ended;
    this.#process = null;
    return answer;
  }
}

const meters = new WeakMap<Services, StorageMeter>();

/** The one meter of a server. */
export function storageMeterOf(services: Services): StorageMeter {
  let meter = meters.get(services);
  if (!meter) {
    meter = new StorageMeter(services);
    meters.set(services, meter);
  }
  return meter;
}
