import type { PixelArray, VoxelSpace } from "../volume/voxel-space.ts";
import { type NucleusMorphometry, NucleusTally } from "./nucleus-morphometry.ts";
import { surfaceDirections } from "./surface-directions.ts";

/** One z plane of a label image and, where there is one, of its image; y, x order, x fastest. */
export interface MeasuredPlane {
  readonly labels: Uint32Array;
  readonly image: PixelArray | null;
}

/** Measures every nucleus of a label image that passes by plane after plane. */
export interface NucleusMeasurement {
  /** Planes in order of z, each once. The arrays are kept until later planes have come: do not reuse them. */
  addPlane(plane: MeasuredPlane): void;
  /** After the last plane; ascending label values. */
  finish(): NucleusMorphometry[];
}

interface Neighbour {
  readonly dz: number;
  readonly dy: number;
  readonly dx: number;
  /** 0, 1, 2 for the faces across z, y, x; -1 for the directions of the surface estimate. */
  readonly face: number;
  readonly areaUm2: number;
}

/** Both senses of every direction: a crossing is counted from its inner end, so each label needs its own voxels only. */
function neighboursOf(space: VoxelSpace): Neighbour[] {
  const directed = (sign: 1 | -1): Neighbour[] => [
    ...surfaceDirections(space.voxelSizeZyx).map(({ stepZyx: [z, y, x], areaPerCrossingUm2 }) => ({
      dz: sign * z,
      dy: sign * y,
      dx: sign * x,
      face: -1,
      areaUm2: areaPerCrossingUm2,
    })),
    { dz: sign, dy: 0, dx: 0, face: 0, areaUm2: 0 },
    { dz: 0, dy: sign, dx: 0, face: 1, areaUm2: 0 },
    { dz: 0, dy: 0, dx: sign, face: 2, areaUm2: 0 },
  ];
  return [...directed(1), ...directed(-1)];
}

/**
 * Everything measured is a sum over voxels and their neighbours, so memory is a few planes and some 200 bytes a
 * nucleus, however far its voxels lie apart. Outside the volume counts as background.
 */
export function createNucleusMeasurement(space: VoxelSpace): NucleusMeasurement {
  const [depth, height, width] = space.shapeZyx;
  const neighbours = neighboursOf(space);
  const reachZ = Math.max(...neighbours.map(({ dz }) => dz));
  const reachInPlane = Math.max(...neighbours.flatMap(({ dy, dx }) => [dy, dx]));
  const steps = Int32Array.from(neighbours, ({ dy, dx }) => dy * width + dx);
  const faces = Int8Array.from(neighbours, ({ face }) => face);
  const areasUm2 = Float64Array.from(neighbours, ({ areaUm2 }) => areaUm2);
  const isInPlane = (y: number, x: number) => y >= 0 && y < height && x >= 0 && x < width;
  const tallies = new Map<number, NucleusTally>();
  const planes = new Map<number, MeasuredPlane>();
  let received = 0;
  let measured = 0;
  let hasImage = true;

  function measurePlane(z: number): void {
    const { labels, image } = planes.get(z) as MeasuredPlane;
    if (!image) hasImage = false;
    const around = neighbours.map((neighbour) => planes.get(z + neighbour.dz)?.labels ?? null);
    const atZBorder = z === 0 || z === depth - 1;
    let tally: NucleusTally | undefined;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const index = y * width + x;
        const label = labels[index];
        if (label === 0) continue;
        if (tally?.labelValue !== label) {
          tally = tallies.get(label) ?? new NucleusTally(label, z, y, x);
          tallies.set(label, tally);
        }
        tally.addVoxel(z, y, x);
        if (image) tally.intensity += image[index];
        if (atZBorder || y === 0 || y === height - 1 || x === 0 || x === width - 1) tally.truncated = true;
        const isDeep = y >= reachInPlane && y + reachInPlane < height && x >= reachInPlane && x + reachInPlane < width;
        for (let i = 0; i < neighbours.length; i++) {
          const there = around[i];
          const isInside = there !== null && (isDeep || isInPlane(y + neighbours[i].dy, x + neighbours[i].dx));
          if (isInside && there[index + steps[i]] === label) continue;
          const face = faces[i];
          if (face < 0) tally.surfaceAreaUm2 += areasUm2[i];
          else tally.faces[face]++;
        }
      }
  }

  function measureUpTo(end: number): void {
    for (; measured < end; measured++) {
      measurePlane(measured);
      planes.delete(measured - reachZ);
    }
  }

  return {
    addPlane(plane) {
      if (plane.labels.length !== height * width || (plane.image && plane.image.length !== height * width))
        throw new RangeError(`plane ${received} does not have ${height} × ${width} voxels`);
      if (received === depth) throw new RangeError(`the volume has ${depth} planes, not more`);
      planes.set(received, plane);
      received++;
      measureUpTo(received - reachZ);
    },
    finish() {
      if (received !== depth) throw new RangeError(`got ${received} of ${depth} planes`);
      measureUpTo(depth);
      return [...tallies.values()]
        .sort((a, b) => a.labelValue - b.labelValue)
        .map((tally) => tally.measure(space.voxelSizeZyx, hasImage));
    },
  };
}

/** The same for a label image that is in memory, C order z, y, x. */
export function measureNuclei(
  labels: Uint32Array,
  space: VoxelSpace,
  image: PixelArray | null = null,
): NucleusMorphometry[] {
  const measurement = createNucleusMeasurement(space);
  const [depth, height, width] = space.shapeZyx;
  for (let z = 0; z < depth; z++) {
    const [start, end] = [z * height * width, (z + 1) * height * width];
    measurement.addPlane({ labels: labels.subarray(start, end), image: image?.subarray(start, end) ?? null });
  }
  return measurement.finish();
}
