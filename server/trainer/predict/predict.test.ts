import { beforeAll, describe, expect, it } from "vitest";
import { blendWeights, chooseTileShape, planTiles, tileOrigins } from "../../../core/perception/tiles.ts";
import { type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { planNetwork } from "../network/network-config.ts";
import { Predictor } from "../network/predictor.ts";
import { createNetworkState } from "../network/trainable-network.ts";
import { createRandom } from "../random.ts";
import { MeanMaps, predictSymmetries, predictVolume } from "./predict.ts";
import { type Symmetry, symmetriesOf, turnBox, turnedGrid, turnedShape } from "./symmetries.ts";
import { askForTile } from "./uniform-tiles.ts";

const config = planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 });
const shapeZyx: Zyx = [10, 37, 50];
const noise = (seed: number) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: 10 * 37 * 50 }, () => 200 * random.uniform());
};

describe("tiled prediction", () => {
  beforeAll(registerWasmBackend);

  it("has no seams: tiles say what one whole pass says, and nothing jumps where they meet", async () => {
    const predictor = new Predictor(config, createNetworkState(config, 7));
    const long: Zyx = [9, 24, 150];
    const random = createRandom(1);
    const image = Float32Array.from({ length: 9 * 24 * 150 }, () => 200 * random.uniform());
    const whole = await predictVolume(predictor, image, { shapeZyx: long, voxelSizeZyx: [1, 1, 1] });
    const counts: number[] = [];
    const tiled = await predictVolume(
      predictor,
      image,
      { shapeZyx: long, voxelSizeZyx: [1, 1, 1] },
      {
        maxTileVoxels: 10 * 24 * 80,
        onTile: (_, total) => void counts.push(total),
      },
    );
    predictor.dispose();
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.length).toBe(counts[0]);
    const largestStep = (values: Float32Array) =>
      values.reduce((most, value, i) => (i % 150 === 0 ? most : Math.max(most, Math.abs(value - values[i - 1]))), 0);
    let largest = 0;
    for (let i = 0; i < whole.foreground.length; i++)
      largest = Math.max(largest, Math.abs(whole.foreground[i] - tiled.foreground[i]));
    const spread = Math.max(...whole.foreground) - Math.min(...whole.foreground);
    expect(spread).toBeGreaterThan(0.05);
    // Zero padding at tile edges reaches in by the receptive field, where the tile hardly counts.
    expect(largest).toBeLessThan(0.1 * spread);
    expect(largestStep(tiled.foreground)).toBeLessThan(1.1 * largestStep(whole.foreground));
  });

  it("maps every symmetry back: each pass of a symmetric network is the plain pass", async () => {
    const state = createNetworkState(config, 7);
    // Without neighbours a network cannot know which way the volume is turned.
    let offset = 0;
    const { listParameters, sizeOf } = await import("../../../core/checkpoint/network-layout.ts");
    for (const { shape, role } of listParameters(config)) {
      const size = sizeOf(shape);
      if (role === "filter" && shape[0] === 3) {
        const perTap = shape[3] * shape[4];
        for (let tap = 0; tap < 27; tap++)
          if (tap !== 13) state.weights.fill(0, offset + tap * perTap, offset + (tap + 1) * perTap);
      }
      offset += size;
    }
    const predictor = new Predictor(config, state);
    const even: Zyx = [10, 36, 50];
    const image = noise(2).subarray(0, 10 * 36 * 50);
    const plain = await predictVolume(predictor, image, { shapeZyx: even, voxelSizeZyx: [1, 1, 1] });
    const mean = new MeanMaps();
    let passes = 0;
    for await (const { maps } of predictSymmetries(predictor, image, { shapeZyx: even, voxelSizeZyx: [3, 1, 1] })) {
      const largest = maps.foreground.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - plain.foreground[i])),
        0,
      );
      expect(largest).toBeLessThan(1e-5);
      mean.add(maps);
      passes++;
    }
    predictor.dispose();
    expect(passes).toBe(8);
    expect(mean.mean().distance[777]).toBeCloseTo(plain.distance[777], 5);
  });
});

describe("passes over a turned volume", () => {
  /** Says other things above than below, and left than right, and of a tile's border than of its middle. */
  const lopsided = {
    config,
    async predictTile(tile: Float32Array, [, rows, columns]: Zyx) {
      const values = new Float32Array(2 * tile.length);
      for (let i = 0; i < tile.length; i++) {
        const place = 0.01 * ((Math.floor(i / columns) % rows) / rows) + 0.03 * ((i % columns) / columns) ** 2;
        values[2 * i] = tile[i] * 0.9 + place;
        values[2 * i + 1] = tile[i] * 0.5 + place;
      }
      return values;
    },
  } as unknown as Predictor;

  /** The array itself turned as a whole: where each voxel comes from. */
  function turnedIndices(symmetry: Symmetry): { from: number[]; shape: Zyx } {
    const [depth, height, width] = shapeZyx;
    const rows = symmetry.swap ? width : height;
    const columns = symmetry.swap ? height : width;
    const from: number[] = [];
    for (let z = 0; z < depth; z++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const r = symmetry.flipY ? rows - 1 - row : row;
          const c = symmetry.flipX ? columns - 1 - column : column;
          from.push((z * height + (symmetry.swap ? c : r)) * width + (symmetry.swap ? r : c));
        }
    return { from, shape: [depth, rows, columns] };
  }

  it("say what a plain pass over a turned copy says, turned back, to the last bit", async () => {
    const image = noise(5);
    const options = { maxTileVoxels: 7000, window: { low: 10, high: 190 } };
    let passes = 0;
    const space = { shapeZyx, voxelSizeZyx: [2, 1, 1] } as const;
    for await (const { symmetry, maps } of predictSymmetries(lopsided, image, space, options)) {
      const { from, shape } = turnedIndices(symmetry);
      const turned = Float32Array.from(from, (i) => image[i]);
      const plain = await predictVolume(lopsided, turned, { ...space, shapeZyx: shape }, options);
      for (const head of ["foreground", "distance", "boundary"] as const) {
        const back = new Float32Array(image.length);
        from.forEach((i, k) => {
          back[i] = plain[head][k];
        });
        expect(maps[head]).toEqual(back);
      }
      passes++;
    }
    expect(passes).toBe(8);
  });
});

describe("tiles of one value", () => {
  it("are shown to the network once for each shape and value, and are said the same of", async () => {
    let asked = 0;
    const predictor = {
      config,
      async predictTile(tile: Float32Array) {
        asked++;
        return Float32Array.from({ length: 2 * tile.length }, (_, i) => (i % 7) * tile[i >> 1]);
      },
    } as unknown as Predictor;
    const tile = (value: number) => new Float32Array(24).fill(value);
    const first = await askForTile(predictor, tile(0.5), [2, 3, 4]);
    expect(await askForTile(predictor, tile(0.5), [2, 3, 4])).toEqual(first);
    expect(asked).toBe(1);
    expect(await askForTile(predictor, tile(0.25), [2, 3, 4])).toEqual(first.map((value) => value / 2));
    await askForTile(predictor, tile(0.25), [2, 4, 3]);
    expect(asked).toBe(3);
    const other = tile(0.25);
    other[23] = 1;
    expect((await askForTile(predictor, other, [2, 3, 4])).slice(-2)).toEqual(Float32Array.of(4, 5));
    expect(asked).toBe(4);
  });
});

describe("symmetries", () => {
  it("are eight different ones in plane; four where voxels are not square", () => {
    const values = noise(3);
    const turned = symmetriesOf([2, 1, 1]).map((symmetry) => {
      const [depth, rows, columns] = turnedShape(shapeZyx, symmetry);
      expect([depth, rows, columns]).toEqual(symmetry.swap ? [10, 50, 37] : [10, 37, 50]);
      const { plane, row, column } = turnedGrid(wholeBox(shapeZyx), shapeZyx, symmetry);
      const places: number[] = [];
      for (let z = 0; z < depth; z++)
        for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) places.push(plane(z) + row(y) + column(x));
      // Neighbours stay neighbours, and every voxel is there once.
      expect(new Set(places).size).toBe(values.length);
      expect(Math.abs(places[1] - places[0])).toBe(symmetry.swap ? 50 : 1);
      return places
        .slice(0, 100)
        .map((place) => values[place])
        .join();
    });
    expect(new Set(turned).size).toBe(8);
    expect(symmetriesOf([2, 1, 1.3]).length).toBe(4);
  });

  it("find a voxel in an array of a box where they find it in that of the volume", () => {
    const box: VoxelBox = { minZyx: [2, 5, 9], maxZyx: [9, 30, 44] };
    for (const symmetry of symmetriesOf([2, 1, 1])) {
      const whole = turnedGrid(wholeBox(shapeZyx), shapeZyx, symmetry);
      const part = turnedGrid(box, shapeZyx, symmetry);
      const { minZyx, maxZyx } = turnBox(box, shapeZyx, symmetry);
      for (const [z, y, x] of [minZyx, maxZyx.map((end) => end - 1)]) {
        const place = whole.plane(z) + whole.row(y) + whole.column(x);
        const at = [Math.floor(place / (37 * 50)) - 2, (Math.floor(place / 50) % 37) - 5, (place % 50) - 9];
        expect(part.plane(z) + part.row(y) + part.column(x)).toBe((at[0] * 25 + at[1]) * 35 + at[2]);
      }
    }
  });
});

describe("tiles", () => {
  it.each([
    [100, 32, 8, 4],
    [33, 32, 16, 4],
    [31, 32, 8, 8],
    [64, 32, 9, 8],
    [217, 24, 12, 2],
  ])("of %d voxels by %d overlapping by %d cover everything, aligned to %d", (size, tile, overlap, factor) => {
    const weights = new Float32Array(size);
    const origins = tileOrigins(size, tile, overlap, factor);
    expect(origins.every((origin) => origin % factor === 0)).toBe(true);
    expect(origins.at(-1)! + tile).toBeGreaterThanOrEqual(size);
    for (const origin of origins)
      blendWeights(origin, tile, size, overlap).forEach((weight, i) => {
        if (origin + i < size) weights[origin + i] += weight;
      });
    expect(weights.every((weight) => weight > 0)).toBe(true);
    origins.slice(1).forEach((origin, i) => {
      expect(origins[i] + tile - origin).toBeGreaterThanOrEqual(overlap);
    });
  });

  it("keep within the memory they are given, in whole pooling steps", () => {
    const tile = chooseTileShape([60, 500, 700], [4, 8, 8], 200_000);
    expect(tile[0] * tile[1] * tile[2]).toBeLessThanOrEqual(200_000);
    expect(tile.map((size, axis) => size % [4, 8, 8][axis])).toEqual([0, 0, 0]);
    expect(planTiles([60, 500, 700], tile, [8, 16, 16], [4, 8, 8]).length).toBeGreaterThan(100);
  });
});
