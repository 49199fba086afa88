import type { VoxelSpace } from "../../volume/voxel-space.ts";
import type { MeasuredPlane } from "../measure-nuclei.ts";
import { maskOfRuns } from "./mask-of-runs.ts";
import { type MaskMeasures, measureMask } from "./measure-mask.ts";

/** What other programs measure on a nucleus and we do not: its mask, and its brightness in the image's own units. */
export interface ToolMeasures {
  readonly labelValue: number;
  /** Null where the nucleus has a plane in its middle without a voxel of it, or its box is too large to be looked at as a whole. */
  readonly mask: MaskMeasures | null;
  /** Null where no image was given. */
  readonly intensity: { readonly min: number; readonly max: number; readonly sd: number | null } | null;
}

/** Of a box around one nucleus: 64 MB. */
const MOST_BOX_VOXELS = 1 << 26;

/** Of one nucleus, kept to the end. */
interface Tally {
  voxels: number;
  min: number;
  max: number;
  /** Of the differences from its first voxel's intensity, so that squares stay small. */
  readonly first: number;
  sum: number;
  squares: number;
  /** Null while its planes pass by. */
  mask: MaskMeasures | null;
  /** A plane without it has passed. */
  isClosed: boolean;
}

interface OpenNucleus {
  readonly runs: number[];
  lastZ: number;
}

/**
 * Measures nuclei of a label image that passes by plane after plane, beside `createNucleusMeasurement`. Memory: the runs of those
 * nuclei that the plane cuts; each is measured when a plane has none of its voxels.
 */
export function createToolMeasurement(space: VoxelSpace) {
  const [, height, width] = space.shapeZyx;
  const tallies = new Map<number, Tally>();
  const open = new Map<number, OpenNucleus>();
  let z = 0;
  let hasImage = true;

  function close(label: number, { runs }: OpenNucleus): void {
    const tally = tallies.get(label) as Tally;
    const mask = tally.isClosed ? null : maskOfRuns(runs, MOST_BOX_VOXELS);
    tally.mask = mask && measureMask(mask, space.voxelSizeZyx);
    tally.isClosed = true;
    open.delete(label);
  }

  function addRun(label: number, y: number, start: number, end: number, image: MeasuredPlane["image"]): void {
    const nucleus = open.get(label) ?? { runs: [], lastZ: z };
    nucleus.lastZ = z;
    // Of one that comes again nothing is told: its runs are not needed.
    if (!tallies.get(label)?.isClosed || nucleus.runs.length === 0) nucleus.runs.push(z, y, start, end);
    open.set(label, nucleus);
    const first = image ? image[y * width + start] : 0;
    const tally = tallies.get(label) ?? emptyTally(first);
    tallies.set(label, tally);
    tally.voxels += end - start;
    if (image)
      for (let at = y * width + start; at < y * width + end; at++) {
        const value = image[at];
        tally.min = Math.min(tally.min, value);
        tally.max = Math.max(tally.max, value);
        tally.sum += value - tally.first;
        tally.squares += (value - tally.first) ** 2;
      }
  }

  return {
    /** Planes in order of z, each once. */
    addPlane({ labels, image }: MeasuredPlane): void {
      if (!image) hasImage = false;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; ) {
          const label = labels[y * width + x];
          const start = x++;
          if (label === 0) continue;
          while (x < width && labels[y * width + x] === label) x++;
          addRun(label, y, start, x, image);
        }
      for (const [label, nucleus] of open) if (nucleus.lastZ < z) close(label, nucleus);
      z++;
    },
    /** After the last plane; ascending label values. */
    finish(): ToolMeasures[] {
      for (const [label, nucleus] of open) close(label, nucleus);
      return [...tallies]
        .sort(([a], [b]) => a - b)
        .map(([labelValue, tally]) => ({
          labelValue,
          mask: tally.mask,
          intensity: hasImage ? { min: tally.min, max: tally.max, sd: deviationOf(tally) } : null,
        }));
    },
  };
}

const emptyTally = (first: number): Tally => ({
  voxels: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  first,
  sum: 0,
  squares: 0,
  mask: null,
  isClosed: false,
});

/** Of a sample; null of one voxel. */
const deviationOf = ({ voxels, sum, squares }: Tally): number | null =>
  voxels > 1 ? Math.sqrt(Math.max(0, squares - sum ** 2 / voxels) / (voxels - 1)) : null;
