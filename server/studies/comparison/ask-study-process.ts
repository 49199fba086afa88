import { Problem } from "../../../core/problem.ts";
import { ProcessEnded, startAskedProcess } from "../../beside/asked-process.ts";
import { taskEnvironment } from "../../beside/child-environment.ts";
import type { Services } from "../../services.ts";
import type { AgreedLayers, AgreeTask, ComparedLayers, CompareTask, StudyAnswer, StudyTask } from "./study-tasks.ts";

const ENTRY = new URL("./study-process.ts", import.meta.url);
/** Something ended it, the system for want of memory for instance. */
const MAX_ATTEMPTS = 3;

type Asked<Task> = Omit<Task, "environment">;

/** One process for one question. `signal` ends it at once, and rejects. */
async function ask(
  { environment }: Services,
  task: Asked<CompareTask> | Asked<AgreeTask>,
  signal?: AbortSignal,
  onProgress?: (done: number) => void,
): Promise<StudyAnswer> {
  const { dataRoot, s3 } = environment;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const child = startAskedProcess<StudyTask, StudyAnswer>("studies", ENTRY, taskEnvironment(s3));
    const end = () => void child.end();
    signal?.addEventListener("abort", end);
    try {
      return await child.ask({ ...task, environment: { dataRoot, s3 } } as StudyTask, onProgress);
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      if (error.outgrewMemory) throw new Problem(OUTGREW_MEMORY, { cause: error });
      if (attempt === MAX_ATTEMPTS) throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      await child.end();
    }
  }
}

const OUTGREW_MEMORY = {
  tag: "study-outgrew-memory",
  what: "Comparing the layers took more memory than this server gives to it.",
  hint: "Choose a smaller box, or fewer people.",
} as const;

export const askToCompare = (
  services: Services,
  task: Omit<Asked<CompareTask>, "kind">,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<ComparedLayers> =>
  ask(services, { ...task, kind: "compare" }, signal, onProgress) as Promise<ComparedLayers>;

export const askToAgree = (services: Services, task: Omit<Asked<AgreeTask>, "kind">): Promise<AgreedLayers> =>
  ask(services, { ...task, kind: "agree" }) as Promise<AgreedLayers>;
