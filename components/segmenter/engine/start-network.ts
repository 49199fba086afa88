import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { poolingFactor } from "../../../core/checkpoint/network-layout.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { EngineReport, WasmBinaries } from "../segment-messages.ts";
import { BrowserNetwork } from "./browser-network.ts";

export interface StartedNetwork {
  readonly network: BrowserNetwork;
  readonly report: EngineReport;
}

/** A click looks at about 48³ voxels; the trial at a small part of that. */
const CLICK_VOXELS = 48 ** 3;
const TRIAL_SIDE = 24;
/** Slower than this a graphics card is tried, where there is a real one. */
const FAST_ENOUGH_MS = 350;
/** Shaders are compiled in the first pass. */
const MOST_WAIT_MS = 6000;
/** Half floats of some cards; more is another result. */
const MOST_DIFFERENCE = 0.02;

type Model = Pick<TrainedModel, "config" | "weights">;

/**
 * The network on the processor, by WebAssembly: it takes nothing from the drawing of the panes, and gives the same numbers
 * everywhere. Where that is slow, on the graphics card, if the trial is faster there and says the same.
 */
export async function startNetwork(model: Model, binaries: WasmBinaries): Promise<StartedNetwork> {
  setWasmPaths({
    "tfjs-backend-wasm.wasm": binaries.plain,
    "tfjs-backend-wasm-simd.wasm": binaries.simd,
    "tfjs-backend-wasm-threaded-simd.wasm": binaries.threads,
  });
  if (!(await tf.setBackend("wasm"))) throw new Error("WebAssembly did not start");
  const wasm = await tryNetwork(model, "wasm", 1);
  if (wasm.report.passMs <= FAST_ENOUGH_MS || !hasGraphicsCard()) return wasm;
  const webgl = await startWebgl(model).catch(() => null);
  if (webgl && webgl.report.passMs < wasm.report.passMs && sameWords(webgl.said, wasm.said)) {
    wasm.network.dispose();
    await tf.setBackend("webgl");
    return webgl;
  }
  webgl?.network.dispose();
  await tf.setBackend("wasm");
  return wasm;
}

async function startWebgl(model: Model): Promise<Tried | null> {
  await import("@tensorflow/tfjs-backend-webgl");
  if (!(await tf.setBackend("webgl"))) return null;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), MOST_WAIT_MS));
  return Promise.race([tryNetwork(model, "webgl", 2), late]);
}

interface Tried extends StartedNetwork {
  readonly said: Float32Array;
}

/** The last of some passes counts: the first one makes ready. */
async function tryNetwork(model: Model, backend: EngineReport["backend"], warmUps: number): Promise<Tried> {
  const network = new BrowserNetwork(model);
  const shapeZyx = poolingFactor(model.config).map(
    (factor) => Math.ceil(TRIAL_SIDE / factor) * factor,
  ) as unknown as Zyx;
  const voxels = shapeZyx[0] * shapeZyx[1] * shapeZyx[2];
  const image = Float32Array.from({ length: voxels }, (_, i) => ((i * 7919) % 1000) / 1000);
  for (let i = 0; i < warmUps; i++) await network.predictTile(image, shapeZyx);
  const start = performance.now();
  const said = await network.predictTile(image, shapeZyx);
  const passMs = ((performance.now() - start) * CLICK_VOXELS) / voxels;
  return { network, said, report: { backend, passMs } };
}

const sameWords = (a: Float32Array, b: Float32Array): boolean =>
  a.every((value, i) => Math.abs(value - b[i]) < MOST_DIFFERENCE);

/** One that is not drawn by the processor itself. */
function hasGraphicsCard(): boolean {
  if (typeof OffscreenCanvas === "undefined") return false;
  return new OffscreenCanvas(1, 1).getContext("webgl2", { failIfMajorPerformanceCaveat: true }) !== null;
}
