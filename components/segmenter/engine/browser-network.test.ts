import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { type FoldedLayer, foldLayers } from "../../../core/checkpoint/folded-layers.ts";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { countNormalisedChannels, countParameters } from "../../../core/checkpoint/network-layout.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { BrowserNetwork } from "./browser-network.ts";

beforeAll(async () => {
  const require = createRequire(import.meta.url);
  setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
});

/** Thick slices: a flat first level, then one that pools along z, too. */
const config: NetworkConfig = {
  levels: [
    { channels: 3, kernelZyx: [1, 3, 3], poolZyx: [1, 1, 1] },
    { channels: 5, kernelZyx: [3, 3, 3], poolZyx: [1, 2, 2] },
    { channels: 4, kernelZyx: [3, 3, 3], poolZyx: [2, 2, 2] },
  ],
  heads: ["foreground", "distance"],
};

function randomModel() {
  const random = createSeededRandom(11);
  const channels = countNormalisedChannels(config);
  return {
    config,
    weights: {
      weights: Float32Array.from({ length: countParameters(config) }, () => 0.35 * random.normal()),
      mean: Float32Array.from({ length: channels }, () => 0.2 * random.normal()),
      variance: Float32Array.from({ length: channels }, () => 0.5 + random.uniform()),
    },
  };
}

interface Maps {
  readonly shapeZyx: Zyx;
  /** `[z][y][x][channel]`, flat. */
  readonly values: Float64Array;
  readonly channels: number;
}

const mapsOf = (shapeZyx: Zyx, channels: number, at: (z: number, y: number, x: number, c: number) => number): Maps => {
  const values = new Float64Array(shapeZyx[0] * shapeZyx[1] * shapeZyx[2] * channels);
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) for (let c = 0; c < channels; c++) values[i++] = at(z, y, x, c);
  return { shapeZyx, values, channels };
};
const valueAt = (
  { shapeZyx: [d, h, w], values, channels }: Maps,
  z: number,
  y: number,
  x: number,
  c: number,
): number => (z < 0 || y < 0 || x < 0 || z >= d || y >= h || x >= w ? 0 : values[((z * h + y) * w + x) * channels + c]);

/** The network as its definition says, one multiplication after the other. */
function naively(layers: readonly FoldedLayer[], image: Float32Array, shapeZyx: Zyx): Maps {
  let next = 0;
  const convolve = (x: Maps, isLast = false): Maps => {
    const {
      kernelZyx: [kz, ky, kx],
      inputs,
      outputs,
      filter,
      bias,
    } = layers[next++];
    return mapsOf(x.shapeZyx, outputs, (z, y, u, c) => {
      let sum = bias[c];
      for (let a = 0; a < kz; a++)
        for (let b = 0; b < ky; b++)
          for (let e = 0; e < kx; e++)
            for (let i = 0; i < inputs; i++)
              sum +=
                filter[(((a * ky + b) * kx + e) * inputs + i) * outputs + c] *
                valueAt(x, z + a - (kz - 1) / 2, y + b - (ky - 1) / 2, u + e - (kx - 1) / 2, i);
      return isLast ? 1 / (1 + Math.exp(-sum)) : Math.max(0, sum);
    });
  };
  const skips: Maps[] = [];
  let x = mapsOf(shapeZyx, 1, (z, y, u) => image[(z * shapeZyx[1] + y) * shapeZyx[2] + u]);
  config.levels.forEach(({ poolZyx: [pz, py, px] }, index) => {
    if (index > 0) {
      const from = x;
      const [d, h, w] = from.shapeZyx;
      x = mapsOf([d / pz, h / py, w / px], from.channels, (z, y, u, c) => {
        let most = 0;
        for (let a = 0; a < pz; a++)
          for (let b = 0; b < py; b++)
            for (let e = 0; e < px; e++) most = Math.max(most, valueAt(from, z * pz + a, y * py + b, u * px + e, c));
        return most;
      });
    }
    x = convolve(convolve(x));
    skips.push(x);
  });
  for (let index = config.levels.length - 2; index >= 0; index--) {
    const [pz, py, px] = config.levels[index + 1].poolZyx;
    const [below, skip] = [x, skips[index]];
    const joined = mapsOf(skip.shapeZyx, below.channels + skip.channels, (z, y, u, c) =>
      c < below.channels
        ? valueAt(below, Math.floor(z / pz), Math.floor(y / py), Math.floor(u / px), c)
        : valueAt(skip, z, y, u, c - below.channels),
    );
    x = convolve(convolve(joined));
  }
  return convolve(x, true);
}

it("says of every voxel what the network's definition says, and keeps no tensor", async () => {
  const model = randomModel();
  const shapeZyx: Zyx = [6, 8, 12];
  const random = createSeededRandom(12);
  const image = Float32Array.from({ length: 6 * 8 * 12 }, () => random.uniform());
  const before = tf.memory().numTensors;
  const network = new BrowserNetwork(model);
  const said = await network.predictTile(image, shapeZyx);
  const right = naively(foldLayers(model), image, shapeZyx).values;
  expect(said.length).toBe(right.length);
  expect(Math.max(...said.map((value, i) => Math.abs(value - right[i])))).toBeLessThan(1e-4);
  expect(Math.max(...right) - Math.min(...right)).toBeGreaterThan(0.05); // so that there is something to be wrong about
  network.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
