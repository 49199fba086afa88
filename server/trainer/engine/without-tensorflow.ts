import { type Engine, startEngine } from "./start-engine.ts";

/** Where no TensorFlow runs, pixel classifiers learn and predict (docs/adr/0056): they need no library. */
export const withoutTensorFlow = (reason: string): Engine => ({
  name: "forest",
  reason,
  maxTileVoxels: 300_000,
  baseChannels: 8,
});

/** The best engine that starts; pixel classifiers where none does, or where they were asked for. */
export async function startAnyEngine(only?: "native" | "wasm" | "forest"): Promise<Engine> {
  if (only === "forest") return withoutTensorFlow("the quick classifier was asked for");
  try {
    return await startEngine({ only });
  } catch (error) {
    if (only) throw error;
    return withoutTensorFlow(
      `TensorFlow does not start here: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
