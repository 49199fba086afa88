// @ts-check
// Preloaded by every process of ours whose entry is TypeScript. From 22.18 on Node leaves types out by itself, in half the
// time that a compiler takes before the first line runs; older ones are given a compiler.
if (process.features.typescript) {
  await import("./resolve-once.mjs");
} else {
  const { register } = await import("tsx/esm/api");
  register();
}
