import * as tf from "@tensorflow/tfjs";
import { registerNativeBackend } from "../native-engine.ts";
import { VERIFIED_MARK } from "./verify-binding.ts";

/** Sums of 3×3×3 ones over a box of ones: 27 inside, 8 in the corners. */
async function convolveOnce(addonPath: string): Promise<void> {
  const { usesGpu } = await registerNativeBackend(addonPath);
  const result = tf.conv3d(tf.ones([1, 4, 5, 6, 1]) as tf.Tensor5D, tf.ones([3, 3, 3, 1, 1]) as tf.Tensor5D, 1, "same");
  const values = await result.data();
  const middle = values[(1 * 5 + 2) * 6 + 3];
  if (values[0] !== 8 || middle !== 27)
    throw new Error(`error: wrong convolution: corner ${values[0]}, middle ${middle}`);
  process.stdout.write(`${VERIFIED_MARK} ${usesGpu ? "gpu" : "cpu"}\n`);
}

await convolveOnce(process.argv[2]);
