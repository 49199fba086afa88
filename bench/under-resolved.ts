import { measureNuclei } from "../core/morphometry/measure-nuclei.ts";
import { digitalEllipsoid, randomDirections, trueSphericity } from "../core/morphometry/testing/digital-ellipsoid.ts";
import { LEAST_THICKNESS, MOST_SPHERICITY, thicknessInVoxels } from "../core/morphometry/under-resolved.ts";
import { createSeededRandom } from "../core/simulator/seeded-random.ts";
import type { Zyx } from "../core/volume/voxel-space.ts";

/**
 * From how many slices on a sphericity can be told. Ellipsoids of known surface, at random angles and places between voxels, are made of
 * voxels and measured; what is measured is divided by what is true.
 *
 *     node --import tsx bench/under-resolved.ts
 */
const SHAPES = 30;
const THICKNESSES = [2, 3, 4, 5, 6, 8, 10];
/** How much thicker a slice is than a voxel is wide. */
const SLICES = [1, 2, 5, 10];
const MOST_RATIO = 1.7;

interface Found {
  /** As the table would have it. */
  readonly thickness: number;
  readonly ratio: number;
  readonly sphericity: number;
}

const random = createSeededRandom(20_261_128);
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.round(q * (sorted.length - 1))];

function tryOne(thickness: number, slice: number, isSphere: boolean): Found {
  const voxelSizeZyx: Zyx = [slice, 1, 1];
  const smallest = (thickness * slice) / 2;
  const stretch = () => (isSphere ? 1 : 1 + (MOST_RATIO - 1) * random.uniform());
  const middle = smallest * stretch();
  const halfAxesUm: Zyx = [smallest, middle, middle * stretch()];
  const shift = (): number => random.uniform() - 0.5;
  const ellipsoid = { halfAxesUm, directionsZyx: randomDirections(() => random.uniform()) };
  const { labels, space } = digitalEllipsoid(ellipsoid, voxelSizeZyx, [shift(), shift(), shift()]);
  const [found] = measureNuclei(labels, space);
  return {
    thickness: thicknessInVoxels(found, voxelSizeZyx),
    ratio: found.sphericity / trueSphericity(halfAxesUm),
    sphericity: found.sphericity,
  };
}

console.log(
  "| slice / voxel | slices thick | measured / true: 5 %, median, 95 % | spheres told above 1 | thickness as told, median |",
);
console.log("|---|---|---|---|---|");
const all: Found[] = [];
for (const slice of SLICES)
  for (const thickness of THICKNESSES) {
    if (slice === 10 && thickness > 6) continue; // half a minute each
    const shapes = Array.from({ length: SHAPES }, () => tryOne(thickness, slice, false));
    const spheres = Array.from({ length: SHAPES }, () => tryOne(thickness, slice, true));
    all.push(...shapes, ...spheres);
    const ratios = shapes.map(({ ratio }) => ratio).sort((a, b) => a - b);
    const told = shapes.map((one) => one.thickness).sort((a, b) => a - b);
    const above = spheres.filter(({ sphericity }) => sphericity > 1).length / spheres.length;
    const numbers = [0.05, 0.5, 0.95].map((q) => quantile(ratios, q).toFixed(2)).join(", ");
    console.log(
      `| ${slice} | ${thickness} | ${numbers} | ${(100 * above).toFixed(0)} % | ${quantile(told, 0.5).toFixed(1)} |`,
    );
  }
console.log("\nBy the thickness that the table is able to tell, all slices together:\n");
console.log("| thickness from | measured / true: 1 %, 99 % | largest sphericity |");
console.log("|---|---|---|");
for (const from of [2, 3, 4, 5, 6, 7, 8]) {
  const those = all.filter(({ thickness }) => thickness >= from && thickness < from + 1);
  const ratios = those.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const largest = Math.max(...those.map(({ sphericity }) => sphericity));
  console.log(
    `| ${from} | ${quantile(ratios, 0.01).toFixed(2)}, ${quantile(ratios, 0.99).toFixed(2)} | ${largest.toFixed(2)} |`,
  );
}
const kept = all.filter(({ thickness }) => thickness >= LEAST_THICKNESS);
const ratios = kept.map(({ ratio }) => ratio).sort((a, b) => a - b);
console.log(
  `\nFrom ${LEAST_THICKNESS} on: measured / true ${quantile(ratios, 0.01).toFixed(3)} to ${quantile(ratios, 0.99).toFixed(3)} (1 % to 99 %), ` +
    `${kept.filter(({ sphericity }) => sphericity > MOST_SPHERICITY).length} of ${kept.length} above ${MOST_SPHERICITY}`,
);
