import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { direction, drawBody, type NucleusBody, unit } from "./nucleus-body.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";
import { createValueNoise } from "./value-noise.ts";

/** A place for nuclei: whether a centre may lie there, and which way is out where they lie in a wall. */
interface Room {
  holds(z: number, y: number, x: number): boolean;
  outward(center: Zyx): Zyx | null;
}

/** Of balls thrown at random until none finds room, the share of space that they fill. */
const RANDOM_FILL = 0.38;
const THROWS_PER_NUCLEUS = 25;
const MOST_NUCLEI = 20_000;
/** No radius is drawn farther from the mean than this many times. */
const LARGEST = 1.75;

/** Packs nuclei of mean radius `radiusUm` into the volume and a little around it, so that its faces cut some. */
export function packNuclei(
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  radiusUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): NucleusBody[] {
  const extent: Zyx = [shapeZyx[0] * voxelSizeZyx[0], shapeZyx[1] * voxelSizeZyx[1], shapeZyx[2] * voxelSizeZyx[2]];
  const room = roomFor(extent, radiusUm, drawn, random);
  const common = direction(random);
  const outside = 0.9 * radiusUm;
  const spacing = drawn[`${drawn.packing}Spacing`];
  const wide = extent.map((length) => length + 2 * outside);
  const ballUm3 = (4 / 3) * Math.PI * (spacing * radiusUm) ** 3;
  const expected = Math.min(MOST_NUCLEI, (RANDOM_FILL * wide[0] * wide[1] * wide[2]) / ballUm3);
  const neighbours = createNeighbourGrid(2 * LARGEST * radiusUm * spacing, outside);
  const bodies: NucleusBody[] = [];
  const place = (center: Zyx): void => {
    const radius = drawRadius(radiusUm, drawn, random);
    if (!neighbours.isFree(center, radius, spacing)) return;
    neighbours.add(center, radius);
    bodies.push(drawBody(center, radius, room.outward(center), common, drawn, random));
  };
  place(firstCenter(extent, room, random));
  const throws = Math.ceil(expected * THROWS_PER_NUCLEUS);
  for (let i = 0; i < throws; i++) {
    const center: Zyx = [
      random.uniform() * wide[0] - outside,
      random.uniform() * wide[1] - outside,
      random.uniform() * wide[2] - outside,
    ];
    if (room.holds(...center)) place(center);
  }
  return drawn.packing === "confluent" ? bodies : bodies.slice(0, Math.ceil(bodies.length * drawn.fillShare));
}

function drawRadius(radiusUm: number, drawn: SimulatorDraw, random: SeededRandom): number {
  const small = random.uniform() < drawn.smallShare ? drawn.smallScale : 1;
  return radiusUm * small * Math.min(LARGEST, Math.exp(drawn.sizeSpread * random.normal()));
}

/** No volume is empty: one nucleus lies well inside. */
function firstCenter(extent: Zyx, room: Room, random: SeededRandom): Zyx {
  const inside = (length: number): number => length * (0.2 + 0.6 * random.uniform());
  let center: Zyx = [extent[0] / 2, extent[1] / 2, extent[2] / 2];
  for (let i = 0; i < 300; i++) {
    center = [inside(extent[0]), inside(extent[1]), inside(extent[2])];
    if (room.holds(...center)) break;
  }
  return center;
}

function roomFor(extent: Zyx, radiusUm: number, drawn: SimulatorDraw, random: SeededRandom): Room {
  const noise = createValueNoise(random);
  const shift = (length: number): number => length * (0.5 + 0.35 * (random.uniform() - 0.5));
  const middle: Zyx = [shift(extent[0]), shift(extent[1]), shift(extent[2])];
  if (drawn.packing !== "cluster" && drawn.packing !== "cyst") return { holds: () => true, outward: () => null };
  const radius = Math.max(1.5 * radiusUm, (drawn.clusterRadius * Math.min(extent[1], extent[2])) / 2);
  const stretch: Zyx = [drawn.clusterStretchZ, 0.8 + 0.4 * random.uniform(), 0.8 + 0.4 * random.uniform()];
  /** 1 on the surface of the cluster. */
  const depthOf = (z: number, y: number, x: number): number => {
    const [dz, dy, dx] = [
      (z - middle[0]) / stretch[0] / radius,
      (y - middle[1]) / stretch[1] / radius,
      (x - middle[2]) / stretch[2] / radius,
    ];
    return (
      Math.sqrt(dz * dz + dy * dy + dx * dx) +
      0.4 * drawn.clusterBumps * noise(dz * 1.7 + 9, dy * 1.7 + 9, dx * 1.7 + 9)
    );
  };
  if (drawn.packing === "cluster") return { holds: (z, y, x) => depthOf(z, y, x) <= 1, outward: () => null };
  const wall = Math.min(0.9, (drawn.cystWall * 2 * radiusUm) / radius);
  return {
    holds: (z, y, x) => {
      const depth = depthOf(z, y, x);
      return depth <= 1 && depth >= 1 - wall;
    },
    outward: ([z, y, x]) =>
      unit([(z - middle[0]) / stretch[0] ** 2, (y - middle[1]) / stretch[1] ** 2, (x - middle[2]) / stretch[2] ** 2]),
  };
}

/** Finds what lies near a centre without looking at every nucleus. */
function createNeighbourGrid(cellUm: number, outside: number) {
  const cells = new Map<number, number[]>();
  const known: { center: Zyx; radius: number }[] = [];
  const cellOf = (position: number): number => Math.floor((position + outside) / cellUm) + 1;
  const keyOf = (z: number, y: number, x: number): number => (z * 4096 + y) * 4096 + x;
  return {
    add(center: Zyx, radius: number): void {
      const key = keyOf(cellOf(center[0]), cellOf(center[1]), cellOf(center[2]));
      const cell = cells.get(key);
      if (cell) cell.push(known.length);
      else cells.set(key, [known.length]);
      known.push({ center, radius });
    },
    isFree(center: Zyx, radius: number, spacing: number): boolean {
      const [cz, cy, cx] = [cellOf(center[0]), cellOf(center[1]), cellOf(center[2])];
      for (let z = cz - 1; z <= cz + 1; z++)
        for (let y = cy - 1; y <= cy + 1; y++)
          for (let x = cx - 1; x <= cx + 1; x++)
            for (const index of cells.get(keyOf(z, y, x)) ?? []) {
              const other = known[index];
              const [dz, dy, dx] = [
                center[0] - other.center[0],
                center[1] - other.center[1],
                center[2] - other.center[2],
              ];
              if (dz * dz + dy * dy + dx * dx < (spacing * (radius + other.radius)) ** 2) return false;
            }
      return true;
    },
  };
}
