import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { choosePlants, type PlantSource } from "./choose-plants.ts";

const shapeZyx: Zyx = [18, 60, 90];
const at = ([z, y, x]: Zyx) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;

/** Bright balls in a dark image; some of them are proposed, the others are what the model missed. */
function scene(seed: number, noise: number) {
  const random = seededRandom(seed);
  const image = new Float32Array(voxelCount(shapeZyx)).map(() => 100 + noise * (random() - 0.5));
  const proposed = new Uint32Array(image.length);
  const balls = new Uint32Array(image.length);
  const sources: PlantSource[] = [];
  for (let id = 1; id <= 24; id++) {
    const radius = 3 + Math.floor(random() * 4);
    const rz = Math.max(1, Math.floor(radius / 2));
    const [z, y, x] = [rz, radius, radius].map((r, axis) => r + Math.floor(random() * (shapeZyx[axis] - 2 * r)));
    const box: VoxelBox = {
      minZyx: [z - rz, y - radius, x - radius],
      maxZyx: [z + rz + 1, y + radius + 1, x + radius + 1],
    };
    let isFree = true;
    eachIn(box, (place) => (isFree &&= balls[at(place)] === 0));
    if (!isFree) continue;
    eachIn(box, (place) => {
      const far = ((place[0] - z) / rz) ** 2 + ((place[1] - y) / radius) ** 2 + ((place[2] - x) / radius) ** 2;
      if (far > 1) return;
      image[at(place)] += 400;
      balls[at(place)] = id;
      if (id % 3 > 0) proposed[at(place)] = id;
    });
    if (id % 3 > 0) sources.push({ id, box });
  }
  return { image, proposed, balls, sources, random };
}

function eachIn(box: VoxelBox, visit: (place: Zyx, index: number) => void): void {
  let index = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++) visit([z, y, x], index++);
}

const cut = <T extends Uint8Array | Float32Array>(box: VoxelBox, into: T, valueAt: (index: number) => number): T => {
  eachIn(box, (place, i) => {
    into[i] = valueAt(at(place));
  });
  return into;
};

const plantsOf = ({ image, proposed, sources, random }: ReturnType<typeof scene>, count: number) =>
  choosePlants(
    { shapeZyx, sources, count, random },
    {
      readSource: async ({ id, box }) =>
        cut(box, new Uint8Array(voxelCount(boxShape(box))), (i) => (proposed[i] === id ? 1 : 0)),
      readTaken: async (box) => cut(box, new Uint8Array(voxelCount(boxShape(box))), (i) => (proposed[i] === 0 ? 0 : 1)),
      readImage: async (box) => cut(box, new Float32Array(voxelCount(boxShape(box))), (i) => image[i]),
    },
  );

it("plants shapes of proposals where there is no nucleus, also none that the model missed, and clear of all else", async () => {
  let planted = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const made = scene(seed, 60);
    const seen = new Uint8Array(made.image.length);
    for (const { sourceId, box, mask } of await plantsOf(made, 4)) {
      planted++;
      const source = made.sources.find(({ id }) => id === sourceId);
      expect(boxShape(box)).toEqual(source && boxShape(source.box));
      let [voxels, covered] = [0, 0];
      eachIn(box, (place, i) => {
        expect(place.every((v, axis) => v > 0 && v < shapeZyx[axis] - 1)).toBe(true);
        if (mask[i] === 0) return;
        voxels++;
        if (made.balls[at(place)] !== 0) covered++;
        expect(made.proposed[at(place)]).toBe(0);
        expect(seen[at(place)]).toBe(0);
        seen[at(place)] = 1;
      });
      expect(voxels).toBe(made.proposed.filter((id) => id === sourceId).length);
      // IoU with a missed nucleus stays far below what counts as found.
      expect(covered / voxels).toBeLessThan(0.1);
    }
  }
  expect(planted).toBeGreaterThan(20);
});

it("plants nothing where there is no dark place, no room or no contrast", async () => {
  const bright = scene(3, 10);
  bright.image.fill(500);
  expect(await plantsOf(bright, 4)).toEqual([]);
  const full = scene(3, 10);
  full.proposed.forEach((id, i) => {
    if (id === 0) full.proposed[i] = 999;
  });
  expect(await plantsOf(full, 4)).toEqual([]);
  expect(await plantsOf({ ...scene(3, 10), sources: [] }, 4)).toEqual([]);
});
