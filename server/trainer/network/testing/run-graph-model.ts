import * as tf from "@tensorflow/tfjs";

/** Runs a graph model as any program with TensorFlow.js would: `model.json`, weights, one input, one output. */
export async function runGraphModel(
  json: object,
  weights: Uint8Array,
  input: { readonly shape: readonly number[]; readonly values: Float32Array },
): Promise<{ readonly shape: readonly number[]; readonly values: Float32Array }> {
  const { modelTopology, weightsManifest, format, signature } = json as tf.io.ModelJSON;
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: weights.slice().buffer,
      format,
      signature,
    }),
  );
  const before = tf.memory().numTensors;
  const image = tf.tensor(input.values, [...input.shape]);
  const output = model.predict(image) as tf.Tensor;
  const values = (await output.data()) as Float32Array;
  const { shape } = output;
  tf.dispose([image, output]);
  const left = tf.memory().numTensors - before;
  model.dispose();
  if (left !== 0) throw new Error(`the model leaves ${left} tensors behind`);
  return { shape, values };
}
