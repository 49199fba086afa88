import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { installFastConv3d } from "./wasm-conv3d.ts";

const require = createRequire(import.meta.url);
let installed = false;

/** The engine that always works, from npm packages alone. */
export async function registerWasmBackend(): Promise<void> {
  setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  // It says no instead of throwing, and another backend would then be used in its place.
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow's WebAssembly engine does not start");
  await tf.ready();
  if (!installed) installFastConv3d();
  installed = true;
}
