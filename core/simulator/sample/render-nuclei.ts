import { type VoxelSpace, voxelCount } from "../../volume/voxel-space.ts";
import { meanRadiusUm, type SampleNucleus } from "./place-nuclei.ts";
import { createTexture } from "./texture.ts";

/** Labels, and the density of dye before the microscope: 0 outside, around 1 in a nucleus. C order z, y, x. */
export interface RenderedTissue {
  readonly labels: Uint32Array;
  readonly density: Float32Array;
}

/** Where two nuclei meet, a voxel belongs to the one it lies deeper in: flat faces between touching nuclei. */
export function renderNuclei(space: VoxelSpace, nuclei: readonly SampleNucleus[], seed: number): RenderedTissue {
  const labels = new Uint32Array(voxelCount(space.shapeZyx));
  const density = new Float32Array(labels.length);
  const depth = new Float32Array(labels.length).fill(1);
  const texture = createTexture(seed);
  nuclei.forEach((nucleus, index) => {
    renderOne(space, nucleus, index + 1, { labels, density }, depth, texture);
  });
  return { labels, density };
}

/** Bumps reach outwards to here, in semi-axes. */
const FARTHEST = 1.15;

function renderOne(
  space: VoxelSpace,
  nucleus: SampleNucleus,
  label: number,
  { labels, density }: RenderedTissue,
  depth: Float32Array,
  texture: (z: number, y: number, x: number) => number,
): void {
  const [sizeZ, sizeY, sizeX] = space.shapeZyx;
  const [uz, uy, ux] = space.voxelSizeZyx;
  const { centerUm, semiAxesUm, axes, bumps } = nucleus;
  const reach = Math.max(...semiAxesUm) * FARTHEST;
  const range = (axis: 0 | 1 | 2): [number, number] => [
    Math.max(0, Math.floor((centerUm[axis] - reach) / space.voxelSizeZyx[axis])),
    Math.min(space.shapeZyx[axis], Math.ceil((centerUm[axis] + reach) / space.voxelSizeZyx[axis])),
  ];
  const [zRange, yRange, xRange] = [range(0), range(1), range(2)];
  const grainRadius = 0.14 * meanRadiusUm(nucleus);
  // The rotation with the semi-axes divided in: a point becomes one of the unit sphere.
  const [a, b, c] = axes.map((axis, i) => axis.map((part) => part / semiAxesUm[i]));
  for (let z = zRange[0]; z < Math.min(sizeZ, zRange[1]); z++)
    for (let y = yRange[0]; y < Math.min(sizeY, yRange[1]); y++)
      for (let x = xRange[0]; x < Math.min(sizeX, xRange[1]); x++) {
        const dz = (z + 0.5) * uz - centerUm[0];
        const dy = (y + 0.5) * uy - centerUm[1];
        const dx = (x + 0.5) * ux - centerUm[2];
        const p = dz * a[0] + dy * a[1] + dx * a[2];
        const q = dz * b[0] + dy * b[1] + dx * b[2];
        const r = dz * c[0] + dy * c[1] + dx * c[2];
        const radius2 = p * p + q * q + r * r;
        if (radius2 > FARTHEST ** 2) continue;
        // Bumps of a few per cent: no nucleus is an ellipsoid.
        const bump = 0.05 * (Math.sin(4 * p + bumps[0]) + Math.sin(4 * q + bumps[1]) + Math.sin(4 * r + bumps[2]));
        const distance = Math.sqrt(radius2) + bump;
        const at = (z * sizeY + y) * sizeX + x;
        if (distance >= depth[at]) continue;
        depth[at] = distance;
        labels[at] = label;
        let grains = 0;
        for (const [gz, gy, gx] of nucleus.grains)
          grains += Math.exp(-((dz - gz) ** 2 + (dy - gy) ** 2 + (dx - gx) ** 2) / (2 * grainRadius ** 2));
        const rim = Math.min(1, (1 - distance) * 6);
        const chromatin = 0.55 + 0.75 * texture(dz + centerUm[0], dy + centerUm[1], dx + centerUm[2]);
        density[at] = nucleus.brightness * (0.35 + 0.65 * rim) * (chromatin + 0.6 * Math.min(1, grains));
      }
}
