/** C headers that the binding includes, directly or not. */
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/(?:c|platform))\/.+\.h)$/;
const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const CUDA_LIBRARY = /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/;

/** Where an entry of the TensorFlow wheel goes inside the build folder. */
export function placeTensorFlowEntry(name: string): string | null {
  const header = HEADERS.exec(name);
  if (header) return `deps/include/${header[1]}`;
  const library = LIBRARY.exec(name);
  return library ? `deps/lib/${library[1]}` : null;
}

/** The CUDA wheels keep their own folders: TensorFlow's run path is `$ORIGIN/../nvidia/<part>/lib`. */
export const placeCudaEntry = (name: string): string | null => (CUDA_LIBRARY.test(name) ? `deps/${name}` : null);

/** Requirements of the `and-cuda` extra in a wheel's METADATA, e.g. `nvidia-cudnn-cu12<10.0,>=9.3.0.75`. */
export function listCudaRequirements(metadata: string): string[] {
  return metadata
    .split("\n")
    .map((line) => /^Requires-Dist: ([^;]+?)\s*;.*extra == ["']and-cuda["']/.exec(line)?.[1])
    .filter((requirement): requirement is string => requirement !== undefined)
    .map((requirement) => requirement.replaceAll(" ", ""));
}
