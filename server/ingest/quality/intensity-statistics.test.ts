import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import type { PixelArray, PixelType, Zyx } from "../../../core/volume/voxel-space.ts";
import { createIntensityStatistics } from "./intensity-statistics.ts";

const shape: Zyx = [7, 40, 51];
const voxels = 7 * 40 * 51;

/** Fed in uneven blocks, as files come. */
function measure(type: PixelType, pixels: PixelArray) {
  const statistics = createIntensityStatistics(shape, type);
  for (let zMin = 0; zMin < 7; zMin += 3)
    for (let yMin = 0; yMin < 40; yMin += 17) {
      const zMax = Math.min(7, zMin + 3);
      const yMax = Math.min(40, yMin + 17);
      const part = pixels.slice(0, (zMax - zMin) * (yMax - yMin) * 51);
      let at = 0;
      for (let z = zMin; z < zMax; z++)
        for (let i = (z * 40 + yMin) * 51; i < (z * 40 + yMax) * 51; i++) part[at++] = pixels[i];
      statistics.add({ zMin, zMax, yMin, yMax, pixels: part });
    }
  return statistics.finish();
}

/** Nearest rank over a plain sort. */
const percentile = (pixels: PixelArray, share: number): number =>
  Array.from(pixels).sort((a, b) => a - b)[Math.ceil(share * pixels.length) - 1];

describe("what is said of a volume", () => {
  it.each(["uint8", "int8", "uint16", "int16", "float32"] as const)("percentiles of %s are those of a sort", (type) => {
    const random = createSeededRandom(6);
    const values = Array.from({ length: voxels }, () => 30 + 12 * random.normal() - (type.startsWith("int") ? 40 : 0));
    const whole =
      type === "float32"
        ? Float32Array.from(values)
        : Int16Array.from(values, (v) => Math.max(type.startsWith("u") ? 0 : -120, Math.round(v)));
    const pixels =
      type === "uint8"
        ? Uint8Array.from(whole)
        : type === "int8"
          ? Int8Array.from(whole)
          : type === "uint16"
            ? Uint16Array.from(whole)
            : whole;
    const card = measure(type, pixels);
    expect(card.percentile1).toBe(percentile(pixels, 0.01));
    expect(card.percentile50).toBe(percentile(pixels, 0.5));
    expect(card.percentile998).toBe(percentile(pixels, 0.998));
    expect([card.min, card.max]).toEqual([Math.min(...pixels), Math.max(...pixels)]);
    expect(card.histogram.reduce((a, b) => a + b, 0)).toBe(voxels);
  });

  it("finds the noise that was put in, whatever lies under it", () => {
    const random = createSeededRandom(8);
    for (const sigma of [4, 15]) {
      const pixels = Uint16Array.from({ length: voxels }, (_, i) => {
        const smooth = 400 + 200 * Math.sin((i % 51) / 12) + (i % 97 === 0 ? 900 : 0);
        return Math.round(smooth + sigma * random.normal());
      });
      const card = measure("uint16", pixels);
      const found = (percentile(pixels, 0.99) - percentile(pixels, 0.5)) / (card.signalToNoise ?? Number.NaN);
      expect(found).toBeGreaterThan(0.85 * sigma);
      expect(found).toBeLessThan(1.25 * sigma);
    }
  });

  it("names empty slices and saturated voxels", () => {
    const random = createSeededRandom(1);
    const pixels = Uint16Array.from({ length: voxels }, (_, i) => {
      const z = Math.floor(i / 2040);
      if (z === 2) return 0;
      return z !== 5 && i % 50 === 0 ? 4095 : Math.round(100 + 5 * random.normal());
    });
    const card = measure("uint16", pixels);
    expect(card.emptySlices).toEqual([2, 5]);
    expect(card.saturatedShare).toBeCloseTo(pixels.filter((v) => v === 4095).length / voxels, 10);
  });

  it("is not misled by voxels that are not numbers", () => {
    const pixels = Float32Array.from({ length: voxels }, (_, i) =>
      i % 13 === 0 ? Number.NaN : i % 17 === 0 ? Number.POSITIVE_INFINITY : i % 100,
    );
    const card = measure("float32", pixels);
    expect([card.min, card.max]).toEqual([0, 99]);
    expect(card.percentile50).toBeGreaterThan(40);
    expect(card.histogram.every(Number.isFinite)).toBe(true);
  });

  it("says nothing about the noise of an image that has none", () => {
    const card = measure("uint8", new Uint8Array(voxels).fill(7));
    expect(card.signalToNoise).toBeNull();
    expect(card.emptySlices).toHaveLength(7);
  });
});
