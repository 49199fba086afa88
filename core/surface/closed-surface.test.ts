import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { createSurfaceBuilder, inMicrometres, type SurfaceMesh } from "./closed-surface.ts";
import { measureMesh } from "./mesh-measures.ts";
import { smoothSurface, withVolume } from "./smooth-surface.ts";

function meshOf(mask: Uint8Array, [depth, height, width]: Zyx): SurfaceMesh {
  const builder = createSurfaceBuilder([height, width]);
  for (let z = 0; z < depth; z++) builder.addPlane(mask.subarray(z * height * width, (z + 1) * height * width));
  return builder.finish();
}

/** Edges that do not have one triangle on each side. */
function badEdges({ triangles }: SurfaceMesh): number {
  const count = new Map<string, number>();
  for (let i = 0; i < triangles.length; i += 3)
    for (let k = 0; k < 3; k++) {
      const edge = `${triangles[i + k]} ${triangles[i + ((k + 1) % 3)]}`;
      count.set(edge, (count.get(edge) ?? 0) + 1);
    }
  return [...count].filter(([edge, n]) => n !== 1 || count.get(edge.split(" ").reverse().join(" ")) !== 1).length;
}

/** Voxels whose middle lies in an ellipsoid round the middle of the box. */
function ellipsoid(shape: Zyx, sizeZyx: Zyx, halfAxesUm: Zyx): Uint8Array {
  const [depth, height, width] = shape;
  const mask = new Uint8Array(depth * height * width);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        mask[i] = Number(
          [z, y, x].reduce(
            (sum, at, axis) => sum + (((at + 0.5 - shape[axis] / 2) * sizeZyx[axis]) / halfAxesUm[axis]) ** 2,
            0,
          ) <= 1,
        );
  return mask;
}

const voxels = (mask: Uint8Array): number => mask.reduce((sum, one) => sum + one, 0);

describe("the surface of a mask", () => {
  it("is closed and has two triangles at every edge, whatever the mask is", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 40; round++) {
      const share = random();
      const shape: Zyx = [4, 5, 7];
      const mask = Uint8Array.from({ length: 140 }, () => Number(random() < share));
      const mesh = meshOf(mask, shape);
      expect(badEdges(mesh)).toBe(0);
      expect(badEdges(smoothSurface(mesh))).toBe(0);
      if (voxels(mask) > 0) expect(measureMesh(mesh).volume).toBeGreaterThan(0);
    }
  });

  it("goes half way between voxels: a box loses its twelve edges only", () => {
    const mesh = meshOf(new Uint8Array(3 * 4 * 6).fill(1), [3, 4, 6]);
    // A chamfer along an edge of n voxels takes away n - 1 eighths, and a corner all of an eighth but a tetrahedron.
    const edges = 4 * (2 + 3 + 5) * (1 / 8);
    const corners = 8 * (1 / 8 - 1 / 48);
    expect(measureMesh(mesh).volume).toBeCloseTo(72 - edges - corners, 9);
  });

  it("leaves a hollow out", () => {
    const solid = new Uint8Array(7 * 7 * 7).fill(1);
    const hollow = solid.slice();
    hollow[3 * 49 + 3 * 7 + 3] = 0;
    expect(measureMesh(meshOf(hollow, [7, 7, 7])).volume).toBeCloseTo(
      measureMesh(meshOf(solid, [7, 7, 7])).volume - 1 / 6,
      9,
    );
    expect(badEdges(meshOf(hollow, [7, 7, 7]))).toBe(0);
  });

  it("is smooth, has the volume of its voxels, and lies where they do, at unequal axes", () => {
    const size: Zyx = [2, 0.5, 0.4];
    const half: Zyx = [7, 4, 6];
    const shape: Zyx = [9, 20, 34];
    const mask = ellipsoid(shape, size, half);
    const volume = voxels(mask) * 2 * 0.5 * 0.4;
    const mesh = withVolume(inMicrometres(smoothSurface(meshOf(mask, shape)), [10, 20, 30], size), volume, 0.2);
    const found = measureMesh(mesh);
    expect(Math.abs(found.volume / volume - 1)).toBeLessThan(1e-4);
    for (const [k, axis] of [2, 1, 0].entries())
      expect(Math.abs(found.centroid[k] / size[axis] - [10, 20, 30][axis] - shape[axis] / 2)).toBeLessThan(0.02);
    // Surface of an ellipsoid after Knud Thomsen, to 1.2 %; slices five times as thick leave some of their steps.
    const p = 1.6075;
    const [c, b, a] = half.map((one) => one ** p);
    const area = 4 * Math.PI * ((a * b + a * c + b * c) / 3) ** (1 / p);
    expect(Math.abs(found.area / area - 1)).toBeLessThan(0.12);
  });

  it("has the volume of a single voxel, of a line and of a sheet", () => {
    for (const shape of [
      [1, 1, 1],
      [1, 1, 9],
      [1, 12, 9],
    ] as Zyx[]) {
      const mask = new Uint8Array(shape[0] * shape[1] * shape[2]).fill(1);
      const mesh = withVolume(
        inMicrometres(smoothSurface(meshOf(mask, shape)), [0, 0, 0], [2, 0.5, 0.4]),
        mask.length * 0.4,
        0.2,
      );
      expect(measureMesh(mesh).volume / (mask.length * 0.4)).toBeCloseTo(1, 3);
    }
  });
});
