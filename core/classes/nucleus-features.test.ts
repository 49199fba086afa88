import { expect, it } from "vitest";
import { findObjects } from "../labels/object-boxes.ts";
import { featureNames, measureFeatures, type NucleiToMeasure } from "./nucleus-features.ts";
import { createTwoKinds, cutOut } from "./testing/two-kinds.ts";

const volume = createTwoKinds(1);
const window = { low: 90, high: 450 };
const measure = (changes: Partial<NucleiToMeasure> = {}, isWanted = (_: number) => true) =>
  measureFeatures({ ...volume, window, shapes: new Map(), ...changes }, isWanted);
const named = (features: readonly (number | null)[] | undefined) =>
  Object.fromEntries(featureNames.map((name, k) => [name, features?.[k] ?? null]));

/** Voxel by voxel over all pairs of a nucleus, without any index arithmetic. */
function naively(label: number) {
  const [vz, vy, vx] = volume.voxelSizeZyx;
  const { box } = findObjects(volume.labels, volume.shapeZyx).find((one) => one.label === label) ?? {};
  if (!box) throw new Error("there is no such nucleus");
  const voxels: { z: number; y: number; x: number; value: number }[] = [];
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++) {
        const i = (z * volume.shapeZyx[1] + y) * volume.shapeZyx[2] + x;
        if (volume.labels[i] === label) voxels.push({ z, y, x, value: (volume.image[i] - 90) / 360 });
      }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const values = voxels.map(({ value }) => value);
  const middle = mean(values);
  const sd = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  const diameterUm = ((6 * voxels.length * vz * vy * vx) / Math.PI) ** (1 / 3);
  const differences = (stepUm: number, along: "z" | "y" | "x", size: number) =>
    voxels.flatMap((one) => {
      const step = Math.max(1, Math.round(stepUm / size));
      const other = voxels.find(
        ({ z, y, x }) =>
          z === one.z + (along === "z" ? step : 0) &&
          y === one.y + (along === "y" ? step : 0) &&
          x === one.x + (along === "x" ? step : 0),
      );
      return other ? [(other.value - one.value) ** 2] : [];
    });
  const inPlane = (share: number) => [
    ...differences(share * diameterUm, "y", vy),
    ...differences(share * diameterUm, "x", vx),
  ];
  return {
    brightness: middle,
    "log-brightness": Math.log(middle),
    contrast: sd,
    skewness: mean(values.map((value) => ((value - middle) / sd) ** 3)),
    "fine-texture": mean(inPlane(1 / 16)) / sd ** 2,
    texture: mean(inPlane(1 / 8)) / sd ** 2,
    "coarse-texture": mean(inPlane(1 / 4)) / sd ** 2,
    "texture-in-depth": mean(differences(diameterUm / 4, "z", vz)) / sd ** 2,
  };
}

it("measures brightness and texture as a walk over all voxels and pairs does", () => {
  const features = measure();
  for (const label of [70_001, 70_020]) {
    const found = named(features.get(label));
    for (const [name, value] of Object.entries(naively(label))) expect(found[name], name).toBeCloseTo(value, 9);
  }
});

it("says the same of a nucleus to the last bit, in however large a part of the volume it is seen", () => {
  const whole = measure();
  const cut = cutOut(volume, [1, 11, 13], [14, 51, 57]);
  const voxelsOf = ({ labels, shapeZyx }: Pick<NucleiToMeasure, "labels" | "shapeZyx">) =>
    new Map(findObjects(labels, shapeZyx).map(({ label, voxels }) => [label, voxels]));
  const [inAll, inPart] = [voxelsOf(volume), voxelsOf(cut)];
  const part = measure(cut);
  const seenWhole = [...part.keys()].filter((label) => inPart.get(label) === inAll.get(label));
  expect(seenWhole.length).toBeGreaterThan(3);
  expect(seenWhole.length).toBeLessThan(part.size);
  for (const label of seenWhole) expect(part.get(label)).toEqual(whole.get(label));
});

it("follows the window, not the camera: the same image with another offset and gain has the same features", () => {
  const other = measure({ image: volume.image.map((value) => 8 * value + 64), window: { low: 784, high: 3664 } });
  for (const [label, features] of measure())
    for (const [k, value] of features.entries())
      if (value === null) expect(other.get(label)?.[k]).toBeNull();
      else expect(other.get(label)?.[k]).toBeCloseTo(value, 3);
});

it("tells a bright middle from a bright rim, and says nothing of the texture of an even nucleus", () => {
  const shapeZyx = [9, 21, 17] as const;
  const labels = new Uint32Array(9 * 21 * 17);
  const image = new Float32Array(labels.length);
  const paint = (value: (away: number) => number) => {
    for (let z = 0, i = 0; z < 9; z++)
      for (let y = 0; y < 21; y++)
        for (let x = 0; x < 17; x++, i++) {
          const away = Math.hypot((z - 4) / 3.4, (y - 10) / 9, (x - 8) / 7);
          labels[i] = away <= 1 ? 5 : 0;
          image[i] = away <= 1 ? value(away) : 0;
        }
    const space = { labels, image, shapeZyx, voxelSizeZyx: [1, 0.4, 0.5] as const, window: { low: 0, high: 1 } };
    return named(measureFeatures({ ...space, shapes: new Map() }, () => true).get(5));
  };
  expect(paint((away) => 1 - away / 2)["bright-inside"]).toBeGreaterThan(1);
  expect(paint((away) => 0.5 + away / 2)["bright-inside"]).toBeLessThan(-1);
  const even = paint(() => 0.7);
  expect(even.brightness).toBeCloseTo(0.7, 6);
  expect([even.texture, even["bright-inside"], even.skewness, even["log-volume"]]).toEqual([null, null, null, null]);
});

it("says nothing of brightness where a voxel of the nucleus is no number", () => {
  const image = volume.image.slice();
  image[volume.labels.indexOf(70_004)] = Number.NaN;
  const broken = measure({ image });
  expect(broken.get(70_004)?.every((value) => value === null)).toBe(true);
  expect(broken.get(70_005)).toEqual(measure().get(70_005));
});

it("measures the wanted nuclei and no others", () => {
  expect([...measure({}, (label) => label === 70_004).keys()]).toEqual([70_004]);
});
