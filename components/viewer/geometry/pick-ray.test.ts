import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { pickAlongRay } from "./pick-ray.ts";

const shape: Zyx = [20, 31, 44];

describe("picking along a ray", () => {
  it("finds the voxel that tiny steps find, for 400 random rays through random spheres", () => {
    let seed = 5;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    let hits = 0;
    for (let i = 0; i < 400; i++) {
      const center = shape.map((n) => random() * n);
      const isHit = (z: number, y: number, x: number) =>
        Math.hypot(z + 0.5 - center[0], y + 0.5 - center[1], x + 0.5 - center[2]) < 9;
      const originZyx = shape.map((n) => n / 2 + (random() - 0.5) * 160) as unknown as Zyx;
      const target = shape.map((n) => random() * n);
      const directionZyx = target.map((t, axis) => t - originZyx[axis]) as unknown as Zyx;
      const naive = walkInTinySteps(originZyx, directionZyx, isHit);
      const picked = pickAlongRay({ originZyx, directionZyx }, shape, isHit);
      if (naive === null) continue; // a corner that tiny steps missed may still be picked
      hits++;
      expect(picked).not.toBeNull();
      const voxel = picked!.map(Math.floor);
      expect(isHit(voxel[0], voxel[1], voxel[2])).toBe(true);
      expect(Math.hypot(...picked!.map((v, axis) => v - naive[axis]))).toBeLessThan(1.8);
    }
    expect(hits).toBeGreaterThan(40);
  });

  it("works along an axis, from inside, and misses what lies behind", () => {
    const isHit = (z: number) => z === 7;
    expect(pickAlongRay({ originZyx: [-5, 3.5, 4.5], directionZyx: [2, 0, 0] }, shape, isHit)).toEqual([7, 3.5, 4.5]);
    expect(
      pickAlongRay({ originZyx: [10, 3.5, 4.5], directionZyx: [-1, 0, 0] }, shape, isHit)?.map(Math.floor),
    ).toEqual([7, 3, 4]);
    expect(pickAlongRay({ originZyx: [10, 3.5, 4.5], directionZyx: [1, 0, 0] }, shape, isHit)).toBeNull();
    expect(pickAlongRay({ originZyx: [-5, 99, 4.5], directionZyx: [1, 0, 0] }, shape, isHit)).toBeNull();
  });
});

function walkInTinySteps(origin: Zyx, direction: Zyx, isHit: (z: number, y: number, x: number) => boolean): Zyx | null {
  for (let t = 0; t < 3; t += 0.0005) {
    const at = origin.map((o, axis) => o + t * direction[axis]) as unknown as Zyx;
    if (at.some((v, axis) => v < 0 || v >= shape[axis])) continue;
    const [z, y, x] = at.map(Math.floor);
    if (isHit(z, y, x)) return at;
  }
  return null;
}
