import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const require = createRequire(import.meta.url);

/** The engine that always works, from npm packages alone. */
export async function registerWasmBackend(): Promise<void> {
  setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")))}/`);
  await tf.setBackend("wasm");
  await tf.ready();
}
