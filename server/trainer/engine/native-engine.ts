import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";

const require = createRequire(import.meta.url);

/** tfjs-node calls two functions that Node 23 removed. */
export function restoreRemovedNodeFunctions(target: Record<string, unknown>): void {
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

/**
 * Registers TensorFlow's C library as the backend "tensorflow" through the addon at `addonPath`, built by the set-up
 * into the cache folder: the package's own loader looks for it inside node_modules, where `npm ci` would delete it.
 */
export async function registerNativeBackend(addonPath: string): Promise<{ usesGpu: boolean }> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  // By itself TensorFlow convolves with oneDNN only on processors that have AVX-512's neural instructions: on others a step took six times as long.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  restoreRemovedNodeFunctions(require("node:util"));
  const binding = require(addonPath);
  require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
  const { NodeJSKernelBackend } = require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend");
  if (!tf.findBackend("tensorflow"))
    tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu"), 3);
  await tf.setBackend("tensorflow");
  await tf.ready();
  const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  return { usesGpu: backend.isUsingGpuDevice };
}
