import { describe, expect, it } from "vitest";
import { type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import { findDarkBackground } from "./dark-background.ts";

const SPACE: VoxelSpace = { shapeZyx: [9, 30, 36], voxelSizeZyx: [2, 0.5, 0.6] };

/** Value and label of a ball of 6 µm round the middle, and of everything else. */
function ball(inside: number, outside: number, label = 1, radiusUm = 3) {
  const [depth, height, width] = SPACE.shapeZyx;
  const [uz, uy, ux] = SPACE.voxelSizeZyx;
  const image = new Float32Array(voxelCount(SPACE.shapeZyx)).fill(outside);
  const labels = new Uint32Array(image.length);
  const distance = new Float32Array(image.length);
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        distance[at] = Math.hypot((z - depth / 2) * uz, (y - height / 2) * uy, (x - width / 2) * ux);
        if (distance[at] > radiusUm) continue;
        image[at] = inside;
        labels[at] = label;
      }
  return { ...SPACE, image, labels, distance, diameterUm: 6 };
}

/** Deterministic, so that no two voxels of the ground are equal. */
const grain = (image: Float32Array, by: number): Float32Array =>
  image.map((value, i) => value + by * ((i * 7919) % 101));

describe("findDarkBackground", () => {
  it("knows the far surroundings of a bright nucleus, equally far along every axis, and nothing near it", () => {
    const volume = ball(900, 100);
    const found = findDarkBackground({ ...volume, image: grain(volume.image, 0.05) });
    expect(found).toMatchObject({ refusal: null, leakedShare: 0 });
    expect(found.darkShare).toBeGreaterThan(0.3);
    // Three sigmas of the smoothing beyond the surface nothing of the nucleus is left; within half of one all is.
    found.mask.forEach((isDark, i) => {
      if (volume.distance[i] < 3.7) expect(isDark).toBe(0);
    });
  });

  it("takes what is exactly 0 where most of the volume is", () => {
    const found = findDarkBackground(ball(40, 0));
    expect(found.refusal).toBeNull();
    expect(found.darkShare).toBeGreaterThan(0.5);
    expect(found.leakedShare).toBe(0);
  });

  it("stays outside of nuclei that fill most of the volume", () => {
    const volume = ball(900, 100, 1, 9.4);
    const filled = volume.labels.filter((label) => label !== 0).length / volume.labels.length;
    expect(filled).toBeGreaterThan(0.5);
    const found = findDarkBackground({ ...volume, image: grain(volume.image, 0.05) });
    expect(found.refusal).toBeNull();
    expect(found.leakedShare).toBeLessThan(0.005);
  });

  it("refuses where labelled nuclei are darker than what lies around them", () => {
    const volume = ball(100, 900);
    const found = findDarkBackground({ ...volume, image: grain(volume.image, 0.05) });
    expect(found.refusal).toBe("dark-is-not-empty");
    expect(found.mask.every((value) => value === 0)).toBe(true);
  });

  it("says nothing of an image of one value", () => {
    expect(findDarkBackground(ball(5, 5, 0)).refusal).toBe("nothing-is-dark");
  });
});
