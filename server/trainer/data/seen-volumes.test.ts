import { beforeAll, expect, it } from "vitest";
import { labelledDiameterUm, seenSpace, seeSource, seeVolume } from "../../../core/perception/canonical-size.ts";
import { type VoxelSpace, voxelCount } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { planNetwork } from "../network/network-config.ts";
import { Predictor } from "../network/predictor.ts";
import { createNetworkState } from "../network/trainable-network.ts";
import { predictVolume } from "../predict/predict.ts";
import { prepareVolume } from "./prepared-volume.ts";
import { createPhantom } from "../testing/phantom.ts";

beforeAll(registerWasmBackend);

const thresholds = { foreground: 0.5, seed: 0.4, minSeparationUm: 2, minVolumeUm3: 10, maxVolumeUm3: 800, wall: 0 };

it("shows volumes of any voxel size at one size of nuclei, its truth on the same grid", () => {
  for (const voxelSizeZyx of [
    [1, 0.5, 0.5],
    [1.6, 0.4, 0.4],
  ] as const) {
    const volume = createPhantom(2, { shapeZyx: [16, 48, 56], voxelSizeZyx });
    const diameterUm = labelledDiameterUm([volume])!;
    // Balls of 1.7 to 2.4 µm radius.
    expect(diameterUm).toBeGreaterThan(3.4);
    expect(diameterUm).toBeLessThan(4.8);
    const canonical = { voxelsPerDiameter: 16, diameterUm, diameterFrom: "labels" } as const;
    const { sideUm } = seeVolume({ canonical, thresholds }, volume);
    const { given, volume: seen, image, known, nuclei, givenNuclei } = prepareVolume(volume, sideUm);
    expect(given.shapeZyx).toEqual(volume.shapeZyx);
    expect(nuclei.length).toBe(givenNuclei.length);
    expect(image.length).toBe(voxelCount(seen.shapeZyx));
    const across = labelledDiameterUm([{ ...seen, labels: seen.labels }])! / seen.voxelSizeZyx[0];
    expect(Math.abs(across - 16)).toBeLessThan(1);
    // Bright where the truth is, dark where it is not: image and labels lie on one another.
    const mean = (state: number) => {
      const inside = image.filter((_, i) => known[i] === state);
      return inside.reduce((sum, value) => sum + value, 0) / inside.length;
    };
    expect(mean(2) - mean(1)).toBeGreaterThan(0.3);
  }
});

it("scales what thresholds ask for when a person says how large nuclei are", () => {
  const volume = createPhantom(2);
  const canonical = { voxelsPerDiameter: 16, diameterUm: 10, diameterFrom: "image" } as const;
  const sight = seeVolume({ canonical, thresholds }, volume, 5);
  expect(sight).toMatchObject({ sideUm: 5 / 16, diameterUm: 5 });
  expect(sight.thresholds).toMatchObject({ minSeparationUm: 1, minVolumeUm3: 1.25, maxVolumeUm3: 100 });
  const old = seeVolume({ canonical: null, thresholds }, volume, 5);
  expect(old).toEqual({ sideUm: null, diameterUm: null, thresholds });
});

it("an image is not read for a size that a person has said", async () => {
  const volume = createPhantom(2);
  const canonical = { voxelsPerDiameter: 16, diameterUm: 10, diameterFrom: "image" } as const;
  const source = {
    ...volume,
    readImage: () => {
      throw new Error("it was read");
    },
  };
  expect(await seeSource({ canonical, thresholds }, source, 5)).toEqual(seeVolume({ canonical, thresholds }, volume, 5));
  await expect(seeSource({ canonical, thresholds }, source)).rejects.toThrow("it was read");
});

it("gives probabilities back on the volume's own grid, where they were on the other", async () => {
  const config = planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 });
  const predictor = new Predictor(config, createNetworkState(config, 3));
  const volume = createPhantom(4, { shapeZyx: [6, 20, 24], voxelSizeZyx: [2, 0.5, 0.5] });
  const cubes: VoxelSpace = seenSpace(volume, 0.5);
  expect(cubes.shapeZyx).toEqual([24, 20, 24]);
  const maps = await predictVolume(predictor, volume.image, volume, { sideUm: 0.5 });
  expect(maps.foreground.length).toBe(volume.image.length);
  expect(maps.foreground.every((value) => value >= 0 && value <= 1)).toBe(true);
  predictor.dispose();
});
