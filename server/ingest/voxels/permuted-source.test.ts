import { expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { permuteSource } from "./permuted-source.ts";
import { readWholeVolume } from "./read-whole-volume.ts";
import type { VolumeSource } from "./volume-source.ts";

const STORED: Zyx = [5, 7, 11];
const valueAt = (a: number, b: number, c: number): number => a * 10_000 + b * 100 + c;

const stored: VolumeSource = {
  shapeZyx: STORED,
  pixelType: "uint32",
  blockZy: [2, 3],
  async read(aMin, aMax, bMin, bMax) {
    const out: number[] = [];
    for (let a = aMin; a < aMax; a++)
      for (let b = bMin; b < bMax; b++) for (let c = 0; c < STORED[2]; c++) out.push(valueAt(a, b, c));
    return Uint32Array.from(out);
  },
};

it.each([["zyx"], ["zxy"], ["yzx"], ["yxz"], ["xzy"], ["xyz"]])(
  "stored as %s: every voxel is the one that is meant",
  async (names) => {
    const axes = [...names] as ("z" | "y" | "x")[];
    const source = permuteSource(stored, axes);
    const [sizeZ, sizeY, sizeX] = source.shapeZyx;
    expect([sizeZ, sizeY, sizeX]).toEqual(["z", "y", "x"].map((axis) => STORED[names.indexOf(axis)]));
    const { pixels } = await readWholeVolume(source);
    // A part in the middle, too.
    const part = await source.read(1, 3, 2, 4);
    let at = 0;
    for (let z = 0; z < sizeZ; z++)
      for (let y = 0; y < sizeY; y++)
        for (let x = 0; x < sizeX; x++) {
          const place = { z, y, x };
          const [a, b, c] = axes.map((axis) => place[axis]);
          expect(pixels[(z * sizeY + y) * sizeX + x]).toBe(valueAt(a, b, c));
          if (z >= 1 && z < 3 && y >= 2 && y < 4) expect(part[at++]).toBe(valueAt(a, b, c));
        }
    expect(at).toBe(part.length);
  },
);
