import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { SceneView } from "../viewer-contract.ts";
import { nextClip, sceneClip } from "./scene-clip.ts";

const shapeZyx: Zyx = [30, 80, 150];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const space = { shapeZyx, voxelSizeZyx };
const scene: SceneView = {
  clip: null,
  slab: { isOn: false, plane: "xy", thicknessUm: 10 },
  showsSlices: false,
  isIsolated: false,
};

describe("what 3D shows", () => {
  it("is all of it, what clipping leaves, or a slab in µm round the crosshair's slice", () => {
    expect(sceneClip(scene, [15, 40, 75], space)).toBeNull();
    const clip = { minZyx: [3, 0, 0], maxZyx: [30, 80, 100] } as const;
    expect(sceneClip({ ...scene, clip }, [15, 40, 75], space)).toEqual(clip);
    const slab = { ...scene.slab, isOn: true };
    // 10 µm are five slices of 2 µm, and 25 columns of 0.4 µm.
    expect(sceneClip({ ...scene, slab }, [15.7, 40, 75], space)).toEqual({ minZyx: [13, 0, 0], maxZyx: [18, 80, 150] });
    expect(sceneClip({ ...scene, clip, slab: { ...slab, plane: "yz" } }, [15, 40, 75], space)).toEqual({
      minZyx: [3, 0, 63],
      maxZyx: [30, 80, 88],
    });
  });

  it("is never nothing, wherever the crosshair is and whatever is clipped", () => {
    let seed = 3;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return (seed / 2 ** 32) * below;
    };
    for (let i = 0; i < 500; i++) {
      const minZyx = shapeZyx.map((n) => Math.floor(random(n - 1))) as unknown as Zyx;
      const maxZyx = shapeZyx.map(
        (n, axis) => minZyx[axis] + 1 + Math.floor(random(n - minZyx[axis])),
      ) as unknown as Zyx;
      const plane = (["xy", "xz", "yz"] as const)[i % 3];
      const slab = { isOn: i % 2 === 0, plane, thicknessUm: random(30) };
      const crosshairZyx = shapeZyx.map((n) => random(n)) as unknown as Zyx;
      const box = sceneClip({ ...scene, clip: { minZyx, maxZyx }, slab }, crosshairZyx, space);
      for (const axis of [0, 1, 2]) {
        const [min, max] = box ? [box.minZyx[axis], box.maxZyx[axis]] : [0, shapeZyx[axis]];
        expect(max - min).toBeGreaterThan(0.4);
        expect(min).toBeGreaterThanOrEqual(minZyx[axis]);
        expect(max).toBeLessThanOrEqual(maxZyx[axis]);
      }
    }
  });

  it("is cut at the crosshair, before it, behind it, and whole again, each axis by itself", () => {
    const at: Zyx = [12.5, 40, 75.5];
    const one = nextClip(null, "xy", at, shapeZyx);
    expect(one).toEqual({ minZyx: [12, 0, 0], maxZyx: shapeZyx });
    const both = nextClip(one, "yz", at, shapeZyx);
    expect(both).toEqual({ minZyx: [12, 0, 75], maxZyx: shapeZyx });
    const other = nextClip(both, "xy", at, shapeZyx);
    expect(other).toEqual({ minZyx: [0, 0, 75], maxZyx: [13, 80, 150] });
    const left = nextClip(other, "xy", at, shapeZyx);
    expect(left).toEqual({ minZyx: [0, 0, 75], maxZyx: shapeZyx });
    expect(nextClip(nextClip(left, "yz", at, shapeZyx), "yz", at, shapeZyx)).toBeNull();
    // In the first slice there is nothing before it.
    expect(nextClip(null, "xy", [0.5, 1, 1], shapeZyx)).toEqual({ minZyx: [0, 0, 0], maxZyx: [1, 80, 150] });
  });
});
