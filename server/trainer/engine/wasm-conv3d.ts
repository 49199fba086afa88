import * as tf from "@tensorflow/tfjs";

/*
 * The wasm backend's own 3D convolutions are plain loops, about 1 GFLOP/s; its 2D convolution runs on XNNPACK at twenty to
 * thirty times that. These kernels say the same in 2D: a depth tap is a channel. They cover stride 1, dilation 1,
 * padding "same" with odd kernels, which is all that the network uses; anything else goes to the shipped kernels.
 */

interface KernelCall {
  readonly inputs: Record<string, tf.Tensor>;
  readonly backend: unknown;
  readonly attrs: Record<string, unknown>;
}
type Kernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[];

const isSimple = ({ attrs }: KernelCall, kernelShape: readonly number[]): boolean => {
  const each = (value: unknown) => (Array.isArray(value) ? value : [value ?? 1]).every((step) => step === 1);
  return (
    attrs.pad === "same" &&
    each(attrs.strides) &&
    each(attrs.dilations) &&
    kernelShape.slice(0, 3).every((size) => size % 2 === 1)
  );
};

/** Replaces the three kernels of the backend "wasm". Once per process. */
export function installFastConv3d(): void {
  replace("Conv3D", (call, shipped) => {
    const { x, filter } = call.inputs as { x: tf.Tensor5D; filter: tf.Tensor5D };
    return isSimple(call, filter.shape) ? convolve(x, filter) : shipped(call);
  });
  replace("Conv3DBackpropInputV2", (call, shipped) => {
    const { dy, filter } = call.inputs as { dy: tf.Tensor5D; filter: tf.Tensor5D };
    if (!isSimple(call, filter.shape)) return shipped(call);
    return tf.tidy(() => {
      const turned = tf.transpose(tf.reverse(filter, [0, 1, 2]), [0, 1, 2, 4, 3]);
      return convolve(dy, turned as tf.Tensor5D);
    });
  });
  replace("Conv3DBackpropFilterV2", (call, shipped) => {
    const { x, dy } = call.inputs as { x: tf.Tensor5D; dy: tf.Tensor5D };
    const shape = call.attrs.filterShape as number[];
    return isSimple(call, shape) ? filterGradient(x, dy, shape) : shipped(call);
  });
}

function replace(kernelName: string, run: (call: KernelCall, shipped: Kernel) => tf.TensorInfo | tf.TensorInfo[]) {
  const shipped = tf.getKernel(kernelName, "wasm").kernelFunc as unknown as Kernel;
  tf.unregisterKernel(kernelName, "wasm");
  const kernelFunc = (call: KernelCall) => run(call, shipped);
  tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc: kernelFunc as unknown as tf.KernelFunc });
}

/** Stride 1, "same": the depth neighbours of every slice become its channels, then one 2D convolution over all slices. */
function convolve(x: tf.Tensor5D, filter: tf.Tensor5D): tf.Tensor5D {
  return tf.tidy(() => {
    const [n, d, h, w, ci] = x.shape;
    const [kd, kh, kw, , co] = filter.shape;
    const planes = kd === 1 ? tf.reshape(x, [n * d, h, w, ci]) : depthToChannels(x, kd);
    const flat = tf.reshape(tf.transpose(filter, [1, 2, 0, 3, 4]), [kh, kw, kd * ci, co]) as tf.Tensor4D;
    return tf.reshape(tf.conv2d(planes as tf.Tensor4D, flat, 1, "same"), [n, d, h, w, co]);
  });
}

/** `[n·d, h, w, kd·ci]`: slices z−r … z+r side by side, zeros beyond the ends. */
function depthToChannels(x: tf.Tensor5D, kd: number): tf.Tensor4D {
  const [n, d, h, w, ci] = x.shape;
  const radius = (kd - 1) / 2;
  const padded = tf.pad(x, [
    [0, 0],
    [radius, radius],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  const shifted = Array.from({ length: kd }, (_, tap) =>
    tf.reshape(tf.slice(padded, [0, tap, 0, 0, 0], [n, d, h, w, ci]), [n * d, h, w, ci]),
  );
  return tf.concat(shifted, 3) as tf.Tensor4D;
}

/**
 * The gradient by the filter is a convolution of x by dy with roles swapped: input channels are the batch, depth is the
 * channel, dy is a filter as large as the slice. One such 2D convolution per depth tap.
 */
function filterGradient(x: tf.Tensor5D, dy: tf.Tensor5D, shape: readonly number[]): tf.Tensor5D {
  return tf.tidy(() => {
    const [kd, kh, kw] = shape;
    const [n, d, h, w, ci] = x.shape;
    const co = dy.shape[4];
    const [rd, rh, rw] = [kd, kh, kw].map((size) => (size - 1) / 2);
    let total: tf.Tensor | null = null;
    for (let sample = 0; sample < n; sample++) {
      const one = tf.reshape(tf.slice(x, [sample, 0, 0, 0, 0], [1, d, h, w, ci]), [d, h, w, ci]);
      const padded = tf.pad(one, [
        [rd, rd],
        [rh, rh],
        [rw, rw],
        [0, 0],
      ]);
      const depthLast = tf.transpose(padded, [3, 1, 2, 0]); // [ci, h + 2rh, w + 2rw, d + 2rd]
      const sampleDy = tf.reshape(tf.slice(dy, [sample, 0, 0, 0, 0], [1, d, h, w, co]), [d, h, w, co]);
      const asFilter = tf.transpose(sampleDy, [1, 2, 0, 3]) as tf.Tensor4D; // [h, w, d, co]
      const taps = Array.from({ length: kd }, (_, tap) => {
        const window = tf.slice(depthLast, [0, 0, 0, tap], [ci, h + 2 * rh, w + 2 * rw, d]) as tf.Tensor4D;
        return tf.conv2d(window, asFilter, 1, "valid"); // [ci, kh, kw, co]
      });
      const gradient = tf.transpose(tf.stack(taps), [0, 2, 3, 1, 4]);
      total = total ? tf.add(total, gradient) : gradient;
    }
    return total as tf.Tensor5D;
  });
}
