import { Problem } from "../../core/problem.ts";
import { type AskedProcess, ProcessEnded, startAskedProcess } from "../beside/asked-process.ts";
import { taskEnvironment } from "../beside/child-environment.ts";
import type { Services } from "../services.ts";
import type {
  ComposedImage,
  ComposeTask,
  FreezeTask,
  FrozenImage,
  LabelAnswer,
  LabelTask,
  PlannedActs,
  PlanTask,
} from "./label-tasks.ts";

const ENTRY = new URL("../label-process/label-process.ts", import.meta.url);
/** A prediction of many volumes comes volume by volume: the process is kept in between. */
const IDLE_MS = 20_000;
/** Something ended it, the system for want of memory for instance. A task writes the same again wherever it had come to. */
const MAX_ATTEMPTS = 3;

type Process = AskedProcess<LabelTask, LabelAnswer>;

/** Writes images of labels, and plans what an import paints, in one process beside the server, one at a time, in the order in which they were asked for. */
export class LabelWorker {
  readonly #services: Services;
  #process: Process | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | null = null;
  #waiting = 0;
  #closed = false;

  constructor(services: Services) {
    this.#services = services;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  freeze(task: Omit<FreezeTask, "kind" | "environment">): Promise<FrozenImage> {
    return this.#ask({ ...task, kind: "freeze", environment: this.#environment }) as Promise<FrozenImage>;
  }

  compose(task: Omit<ComposeTask, "kind" | "environment">): Promise<ComposedImage> {
    return this.#ask({ ...task, kind: "compose", environment: this.#environment }) as Promise<ComposedImage>;
  }

  plan(task: Omit<PlanTask, "kind" | "environment">): Promise<PlannedActs> {
    return this.#ask({ ...task, kind: "plan", environment: this.#environment }) as Promise<PlannedActs>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#endProcess();
    await this.#last;
  }

  get #environment(): LabelTask["environment"] {
    const { dataRoot, s3 } = this.#services.environment;
    return { dataRoot, s3 };
  }

  #ask(task: LabelTask): Promise<LabelAnswer> {
    this.#waiting++;
    const answer = this.#last.then(() => this.#perform(task));
    this.#last = answer
      .catch(() => {})
      .finally(() => {
        if (--this.#waiting > 0) return;
        this.#idle = setTimeout(() => void this.#endProcess(), IDLE_MS).unref();
      });
    return answer;
  }

  async #perform(task: LabelTask): Promise<LabelAnswer> {
    if (this.#idle) clearTimeout(this.#idle);
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw new Error("the server stops");
      try {
        this.#process ??= startAskedProcess("labels", ENTRY, taskEnvironment(this.#services.environment.s3));
        return await this.#process.ask(task);
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        this.#process = null;
        if (error.outgrewMemory) throw new Problem(OUTGREW_MEMORY, { cause: error });
        if (attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async #endProcess(): Promise<void> {
    const ending = this.#process;
    this.#process = null;
    await ending?.end();
  }
}

const OUTGREW_MEMORY = {
  tag: "labels-outgrew-memory",
  what: "Writing the labels of a volume took more memory than this server gives to it.",
  hint: "Tell whoever runs this server; the volume and its labels are as they were.",
} as const;

const workers = new WeakMap<Services, LabelWorker>();

/** The one label worker of a server. */
export function labelWorkerOf(services: Services): LabelWorker {
  let worker = workers.get(services);
  if (!worker) {
    worker = new LabelWorker(services);
    workers.set(services, worker);
  }
  return worker;
}
