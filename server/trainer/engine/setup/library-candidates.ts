import { Problem } from "../../../../core/problem.ts";
import type { SystemProbes } from "./system-probes.ts";

/** A build of TensorFlow's C library, named by the Python wheel that carries it. */
export interface LibraryCandidate {
  readonly engine: "native-gpu" | "native-cpu";
  readonly wheel: string;
  /** Also unpack the CUDA libraries that the wheel asks for. */
  readonly withCuda: boolean;
}

/** Builds worth trying on this machine, best first. Throws a Problem where there is none. */
export async function listCandidates(
  probes: Pick<SystemProbes, "platform" | "arch" | "hasNvidiaGpu">,
): Promise<LibraryCandidate[]> {
  if (probes.platform !== "linux" || (probes.arch !== "x64" && probes.arch !== "arm64"))
    throw new Problem({
      tag: "tensorflow-no-build",
      what: `Native TensorFlow is set up on Linux (x64, arm64) only, this is ${probes.platform} ${probes.arch}.`,
      hint: "Training goes on with the slower wasm engine; or run a trainer on a Linux machine.",
    });
  const cpu: LibraryCandidate = {
    engine: "native-cpu",
    wheel: probes.arch === "x64" ? "tensorflow-cpu" : "tensorflow",
    withCuda: false,
  };
  const gpu: LibraryCandidate = { engine: "native-gpu", wheel: "tensorflow", withCuda: true };
  return (await probes.hasNvidiaGpu()) ? [gpu, cpu] : [cpu];
}
