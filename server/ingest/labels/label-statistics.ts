import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { VolumeBlock } from "../voxels/read-whole-volume.ts";

/** What is known of one label of an image after one pass. Boxes half-open, voxels. */
export interface LabelExtent {
  readonly label: number;
  readonly voxels: number;
  readonly centroidZyx: Zyx;
  readonly minZyx: Zyx;
  readonly maxZyx: Zyx;
}

/** More labels than this is an intensity image taken for labels. */
const MAX_LABELS = 1_000_000;

class Tally {
  voxels = 0;
  sumZ = 0;
  sumY = 0;
  sumX = 0;
  minZ = Number.POSITIVE_INFINITY;
  minY = Number.POSITIVE_INFINITY;
  minX = Number.POSITIVE_INFINITY;
  maxZ = -1;
  maxY = -1;
  maxX = -1;

  addRun(z: number, y: number, xFirst: number, xEnd: number): void {
    const length = xEnd - xFirst;
    this.voxels += length;
    this.sumZ += z * length;
    this.sumY += y * length;
    this.sumX += ((xFirst + xEnd - 1) / 2) * length;
    if (z < this.minZ) this.minZ = z;
    if (y < this.minY) this.minY = y;
    if (xFirst < this.minX) this.minX = xFirst;
    if (z >= this.maxZ) this.maxZ = z + 1;
    if (y >= this.maxY) this.maxY = y + 1;
    if (xEnd > this.maxX) this.maxX = xEnd;
  }
}

/** Run by run along x: one look-up per run, not per voxel. */
export function createLabelStatistics(sizeX: number): { add(block: VolumeBlock): void; finish(): LabelExtent[] } {
  const tallies = new Map<number, Tally>();
  return {
    add({ zMin, zMax, yMin, yMax, pixels }) {
      let row = 0;
      for (let z = zMin; z < zMax; z++)
        for (let y = yMin; y < yMax; y++, row += sizeX)
          for (let x = 0; x < sizeX; ) {
            const label = pixels[row + x];
            let end = x + 1;
            while (end < sizeX && pixels[row + end] === label) end++;
            if (label !== 0) tallyOf(tallies, label).addRun(z, y, x, end);
            x = end;
          }
    },
    finish: () =>
      [...tallies]
        .map(([label, t]) => ({
          label,
          voxels: t.voxels,
          centroidZyx: [t.sumZ / t.voxels, t.sumY / t.voxels, t.sumX / t.voxels] as const,
          minZyx: [t.minZ, t.minY, t.minX] as const,
          maxZyx: [t.maxZ, t.maxY, t.maxX] as const,
        }))
        .sort((a, b) => a.label - b.label),
  };
}

function tallyOf(tallies: Map<number, Tally>, label: number): Tally {
  let tally = tallies.get(label);
  if (!tally) {
    if (tallies.size >= MAX_LABELS)
      throw new Problem({
        tag: "labels-too-many",
        what: `The image has more than ${MAX_LABELS} different labels.`,
        where: "label image",
        hint: "It is probably an image of intensities. Choose the label image.",
      });
    tally = new Tally();
    tallies.set(label, tally);
  }
  return tally;
}
