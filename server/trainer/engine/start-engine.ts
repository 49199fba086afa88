import * as tf from "@tensorflow/tfjs";
import { cacheFolder } from "./cache-folder.ts";
import { chooseEngine, type EngineChoice, type EngineName, type EngineProbes } from "./choose-engine.ts";
import { registerNativeBackend } from "./native-engine.ts";
import { bindingFolder, readReadyBinding } from "./setup/ready-binding.ts";
import { probeSystem } from "./setup/system-probes.ts";
import { verifyBinding } from "./setup/verify-binding.ts";
import { registerWasmBackend } from "./wasm-engine.ts";

export interface Engine {
  readonly name: EngineName;
  /** Why it is this one, in a sentence for people. */
  readonly reason: string;
  /** Voxels of one prediction tile: bounds the memory. */
  readonly maxTileVoxels: number;
  /** Size of a new network that this engine trains in minutes. */
  readonly baseChannels: number;
}

export interface StartEngineOptions {
  /** Only this kind; throws a Problem when it cannot be had. */
  readonly only?: "native" | "wasm";
  readonly cache?: string;
  readonly probes?: EngineProbes;
}

/** Starts the best engine that is ready on this machine. It never downloads: that is the set-up's. */
export async function startEngine(options: StartEngineOptions = {}): Promise<Engine> {
  const choice = await chooseEngine(options.probes ?? probeBindings(options.cache ?? cacheFolder()), options.only);
  return startChosen(choice);
}

async function startChosen({ name, addonPath, reason }: EngineChoice): Promise<Engine> {
  if (name === "wasm" || !addonPath) {
    await registerWasmBackend();
    // Its memory is one 32-bit heap.
    return { name: "wasm", reason, maxTileVoxels: 300_000, baseChannels: 8 };
  }
  const { usesGpu } = await registerNativeBackend(addonPath);
  tf.enableProdMode();
  return { name: usesGpu ? "native-gpu" : "native-cpu", reason, maxTileVoxels: 1_600_000, baseChannels: 16 };
}

function probeBindings(cache: string): EngineProbes {
  return {
    hasNvidiaGpu: () => probeSystem().hasNvidiaGpu(),
    findBinding: async (engine) => {
      const ready = await readReadyBinding(cache, engine);
      if (!ready) return { reason: `no ${engine} library in ${bindingFolder(cache, engine)}` };
      const check = await verifyBinding(ready.addonPath);
      return "reason" in check ? { reason: check.reason } : { addonPath: ready.addonPath };
    },
  };
}
