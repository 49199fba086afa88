import { beforeAll, describe, expect, it } from "vitest";
import { countMultiplications } from "../../../core/checkpoint/folded-layers.ts";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../../trainer/engine/wasm-engine.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { runGraphModel } from "../../trainer/network/testing/run-graph-model.ts";
import { networkTfjs } from "../bioimage/network-tfjs.ts";
import { randomModel, threeHeads } from "../testing/random-network.ts";
import { networkOnnx } from "./network-onnx.ts";
import { decodeOnnx, encodeOnnx } from "./onnx-file.ts";
import { runOnnx } from "./run-onnx.ts";

const oneLevel: NetworkConfig = {
  levels: [{ channels: 4, kernelZyx: [3, 1, 3], poolZyx: [1, 1, 1] }],
  heads: ["distance", "foreground"],
};
const twoLevels: NetworkConfig = {
  levels: [
    { channels: 4, kernelZyx: [3, 3, 3], poolZyx: [1, 1, 1] },
    { channels: 6, kernelZyx: [3, 3, 3], poolZyx: [2, 2, 2] },
  ],
  heads: ["foreground", "distance"],
};

const noise = (shapeZyx: Zyx): Float32Array => {
  const random = createSeededRandom(3);
  return Float32Array.from({ length: shapeZyx[0] * shapeZyx[1] * shapeZyx[2] }, random.uniform);
};

/** `[voxels, heads]` -> `[heads, voxels]`. */
const headsFirst = (values: Float32Array, heads: number): Float32Array =>
  values.map((_, i) => values[(i % (values.length / heads)) * heads + Math.floor(i / (values.length / heads))]);

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) : Infinity;

describe("the exported network", () => {
  beforeAll(registerWasmBackend);

  it.each<[name: string, config: NetworkConfig, shapeZyx: Zyx]>([
    ["one level, a flat kernel", oneLevel, [3, 5, 7]],
    ["two levels", twoLevels, [4, 6, 10]],
    ["thick slices, three heads", threeHeads, [6, 8, 12]],
  ])("says what the trainer says, as ONNX and as a graph model: %s", async (_name, config, shapeZyx) => {
    const model = randomModel(config, 5);
    const image = noise(shapeZyx);
    const predictor = new Predictor(config, model.weights);
    const expected = headsFirst(await predictor.predictTile(image, shapeZyx), config.heads.length);
    predictor.dispose();
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.2);

    const onnx = decodeOnnx(encodeOnnx(networkOnnx(model)));
    expect(onnx).toEqual(networkOnnx(model));
    const computed = await runOnnx(onnx, { channels: 1, shapeZyx, values: image });
    expect(computed).toMatchObject({ channels: config.heads.length, shapeZyx });
    expect(largestDifference(computed.values, expected)).toBeLessThan(1e-5);

    const { json, weights } = networkTfjs(model);
    const graph = await runGraphModel(json, weights, { shape: [1, 1, ...shapeZyx], values: image });
    expect(graph.shape).toEqual([1, config.heads.length, ...shapeZyx]);
    expect(largestDifference(graph.values, expected)).toBeLessThan(1e-5);
  });

  it("is not read where its file is cut off anywhere, or holds something else", () => {
    const bytes = encodeOnnx(networkOnnx(randomModel(oneLevel, 5)));
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => decodeOnnx(bytes.slice(0, length)), String(length)).toThrow(RangeError);
    expect(() => decodeOnnx(new TextEncoder().encode("PK\u0003\u0004 is a zip"))).toThrow(RangeError);
  });

  it("does not run with a layer gone, an operation of others, or a filter for other channels", async () => {
    const onnx = networkOnnx(randomModel(twoLevels, 5));
    const image = { channels: 1, shapeZyx: [2, 4, 6] as Zyx, values: noise([2, 4, 6]) };
    const [first, ...rest] = onnx.nodes;
    const broken = [
      { ...onnx, nodes: rest },
      { ...onnx, nodes: [{ ...first, operation: "Softmax" }, ...rest] },
      { ...onnx, constants: onnx.constants.slice(1) },
      { ...onnx, nodes: onnx.nodes.filter(({ operation }) => operation !== "Concat") },
    ];
    for (const model of broken) await expect(runOnnx(model, image)).rejects.toThrow(RangeError);
    await expect(runOnnx(onnx, { ...image, channels: 2 })).rejects.toThrow("a filter for 1 channels meets 2");
  });

  it("stops where it is told to", async () => {
    const onnx = networkOnnx(randomModel(oneLevel, 5));
    const image = { channels: 1, shapeZyx: [2, 2, 2] as Zyx, values: new Float32Array(8) };
    await expect(runOnnx(onnx, image, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  });

  it("counts its multiplications as its loops do", () => {
    // 9 taps: 1 → 4 and 4 → 4 channels, then 4 → 2; 105 voxels.
    expect(countMultiplications(oneLevel, [3, 5, 7])).toBe(105 * (9 * 4 + 9 * 16 + 8));
    // 27 taps; the second level has an eighth of the voxels.
    const [upper, lower] = [240, 30];
    const byHand = 27 * (upper * (4 + 16) + lower * (24 + 36) + upper * (10 * 4 + 16)) + upper * 8;
    expect(countMultiplications(twoLevels, [4, 6, 10])).toBe(byHand);
  });
});
