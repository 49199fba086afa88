import { describe, expect, it } from "vitest";
import { countKnown } from "../../../core/labels/known-mask.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { defaultAugmentation } from "./augment.ts";
import { drawPatch } from "./patches.ts";
import { prepareVolume } from "./prepared-volume.ts";
import { createRandom } from "../random.ts";
import { createPhantom } from "../testing/phantom.ts";

const patchZyx: Zyx = [6, 12, 16];
const options = { shapeZyx: patchZyx, augmentation: defaultAugmentation, nucleusShare: 0.9 };
const unchanged = {
  ...defaultAugmentation,
  affineChance: 0,
  gainRange: [1, 1],
  offsetRange: [0, 0],
  maxNoise: 0,
  gammaChance: 0,
  blurChance: 0,
  attenuationChance: 0,
  sliceDropChance: 0,
} as const;

describe("drawPatch", () => {
  it("never reads a voxel of a validation box", () => {
    const box: VoxelBox = { minZyx: [0, 0, 20], maxZyx: [12, 36, 30] };
    const volume = createPhantom(1, { validationBoxes: [box] });
    // NaN spreads through interpolation, gain and noise: one read of the box would show.
    const prepared = prepareVolume(volume);
    prepared.image.forEach((_, i) => {
      const x = i % 44;
      if (x >= 20 && x < 30) prepared.image[i] = Number.NaN;
    });
    const random = createRandom(1);
    const small = { ...options, shapeZyx: [4, 8, 8] as const };
    let drawn = 0;
    for (let i = 0; i < 300; i++) {
      const patch = drawPatch([prepared], small, random);
      if (!patch) continue;
      drawn++;
      expect(patch.image.some(Number.isNaN)).toBe(false);
    }
    expect(drawn).toBeGreaterThan(250);
  });

  it("finds a patch at every draw where the validation box leaves no place for one, and still reads nothing of the box", () => {
    const box: VoxelBox = { minZyx: [0, 0, 12], maxZyx: [12, 36, 32] };
    const prepared = prepareVolume(createPhantom(1, { validationBoxes: [box] }));
    expect(prepared.nuclei.length).toBeGreaterThan(0);
    prepared.image.forEach((_, i) => {
      const x = i % 44;
      if (x >= 12 && x < 32) prepared.image[i] = Number.NaN;
    });
    const random = createRandom(2);
    for (let i = 0; i < 100; i++) {
      const patch = drawPatch([prepared], options, random)!;
      expect(patch.image.some(Number.isNaN)).toBe(false);
      expect(sum(patch.known)).toBeGreaterThan(0);
    }
  });

  it("sees every known voxel of the snapshot and no other: sums of known voxels agree", () => {
    const known = createPhantom(1).known.map((state, i) => (i % 3 === 0 ? 0 : state));
    const volume = createPhantom(1, { known });
    const whole = { ...options, shapeZyx: volume.shapeZyx, augmentation: unchanged };
    const patch = drawPatch([prepareVolume(volume)], { ...whole, augmentation: { ...unchanged } }, createRandom(3));
    const sums = countKnown(known);
    // One patch as large as the volume holds all of it, whichever way it is flipped (a quarter turn would not fit).
    let tries = 0;
    let fitting = patch;
    const random = createRandom(4);
    while (tries++ < 50 && fitting && sum(fitting.known) !== sums.background + sums.foreground)
      fitting = drawPatch([prepareVolume(volume)], whole, random);
    expect(sum(fitting!.known)).toBe(sums.background + sums.foreground);
    expect(sum(fitting!.foreground)).toBe(sums.foreground);
  });

  it("moves truth with the image: unchanged intensities tell the label state everywhere", () => {
    const volume = createPhantom(1);
    const clean = createPhantom(1, { image: Float32Array.from(volume.labels, (label) => (label ? 1 : 0)) });
    const prepared = { ...prepareVolume(clean), image: Float32Array.from(clean.labels, (label) => (label ? 1 : 0)) };
    const random = createRandom(5);
    for (let i = 0; i < 40; i++) {
      const patch = drawPatch([prepared], { ...options, augmentation: unchanged }, random)!;
      const inside = [...patch.known.keys()].filter((at) => patch.known[at] === 1);
      expect(inside.length).toBeGreaterThan(100);
      expect(inside.every((at) => patch.image[at] === patch.foreground[at])).toBe(true);
    }
    const turned = drawPatch([prepared], { ...options, augmentation: { ...unchanged, affineChance: 1 } }, random)!;
    const agreeing = [...turned.known.keys()].filter((at) => Math.abs(turned.image[at] - turned.foreground[at]) <= 0.6);
    expect(agreeing.length).toBeGreaterThan(0.97 * turned.known.length);
  });

  it("takes volumes and nuclei evenly, however large they are", () => {
    const large = prepareVolume(createPhantom(1, { shapeZyx: [12, 60, 60] }));
    const few = prepareVolume(createPhantom(2, { shapeZyx: [12, 24, 24] }));
    const random = createRandom(6);
    let fromFew = 0;
    const marked = { ...few, image: new Float32Array(few.image.length).fill(0.5) };
    for (let i = 0; i < 200; i++) {
      const patch = drawPatch([large, marked], { ...options, augmentation: unchanged }, random)!;
      if (patch.image.every((value) => value === 0.5 || value === 0)) fromFew++;
    }
    expect(fromFew).toBeGreaterThan(70);
    expect(fromFew).toBeLessThan(130);
  });

  it("gives up where nothing is known", () => {
    const nothing = prepareVolume(createPhantom(1, { known: new Uint8Array(12 * 36 * 44) }));
    expect(drawPatch([nothing], options, createRandom(1))).toBeNull();
  });
});

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
