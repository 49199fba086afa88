import { Problem } from "../../../core/problem.ts";

/** `forest`: no TensorFlow runs, pixel classifiers do. */
export type EngineName = "native-gpu" | "native-cpu" | "wasm" | "forest";

/** What the choice asks about the machine; tests put other answers in its place. */
export interface EngineProbes {
  hasNvidiaGpu(): Promise<boolean>;
  /** A binding that has run a convolution, or why there is none. */
  findBinding(engine: "native-gpu" | "native-cpu"): Promise<{ addonPath: string } | { reason: string }>;
}

export interface EngineChoice {
  readonly name: EngineName;
  /** Only native engines. */
  readonly addonPath?: string;
  readonly reason: string;
}

/** CUDA where an NVIDIA GPU is, else TensorFlow on the CPU, else wasm, which always works. */
export async function chooseEngine(probes: EngineProbes, only?: "native" | "wasm"): Promise<EngineChoice> {
  if (only === "wasm") return { name: "wasm", reason: "asked for" };
  const hasGpu = await probes.hasNvidiaGpu();
  const failures: string[] = [];
  for (const name of hasGpu ? (["native-gpu", "native-cpu"] as const) : (["native-cpu"] as const)) {
    const found = await probes.findBinding(name);
    if ("addonPath" in found) {
      const reason = name === "native-gpu" ? "an NVIDIA GPU is there" : hasGpu ? failures.join("; ") : "no NVIDIA GPU";
      return { name, addonPath: found.addonPath, reason };
    }
    failures.push(found.reason);
  }
  if (only === "native")
    throw new Problem({
      tag: "native-engine-missing",
      what: "Native TensorFlow is not set up on this machine.",
      where: failures.join("; "),
      hint: "Run npm run setup:tensorflow; it says what is missing.",
    });
  return { name: "wasm", reason: `native TensorFlow cannot be used: ${failures.join("; ")}` };
}
