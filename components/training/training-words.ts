import type { TrainingJob, TrainingState } from "./training-contract.ts";

const engineNames: Readonly<Record<string, string>> = {
  "native-gpu": "TensorFlow on the graphics card",
  "native-cpu": "TensorFlow on the processor",
  wasm: "the slower WebAssembly engine",
  forest: "the quick classifier, as TensorFlow does not run there",
};

export const engineWords = (engine: string | null): string =>
  engine === null ? "no engine yet" : (engineNames[engine] ?? engine);

/** Who would do the work, in a sentence. */
export function trainerWords(state: Pick<TrainingState, "trainers">): string {
  const present = state.trainers.filter((trainer) => trainer.present);
  if (present.length === 0)
    return "No trainer is there now: jobs wait until one dials in. npm start runs one beside the server.";
  return present.map(({ name, engine }) => `${name} computes with ${engineWords(engine)}`).join("; ");
}

export const isUnfinished = (job: TrainingJob): boolean => job.state === "queued" || job.state === "leased";

/** What a job is doing, in a few words. */
export function jobWords(job: TrainingJob): string {
  if (job.cancelRequested && isUnfinished(job)) return "stopping; the best weights so far are kept";
  if (job.orphaned) return "its trainer went silent; another one goes on from the last checkpoint";
  switch (job.state) {
    case "queued":
      return "waiting for a trainer";
    case "leased":
      return job.phase || "starting";
    case "done":
      return "done";
    case "cancelled":
      return "cancelled";
    case "failed":
      return "failed";
  }
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const shortId = (id: string): string => id.slice(0, 8);
