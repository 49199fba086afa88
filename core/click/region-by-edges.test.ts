import { expect, it } from "vitest";
import { createSeededRandom } from "../simulator/seeded-random.ts";
import { boxShape, type Zyx } from "../volume/voxel-space.ts";
import { edgeBox, regionByEdges } from "./region-by-edges.ts";

const volume = { shapeZyx: [18, 70, 90] as Zyx, voxelSizeZyx: [1.5, 0.5, 0.4] as Zyx };
const ballsUm = [
  { centre: [13, 17, 12], radius: 5, light: 300 },
  { centre: [13, 17, 22.5], radius: 5, light: 220 },
] as const;
const placeUm = (at: Zyx) => at.map((place, axis) => (place + 0.5) * volume.voxelSizeZyx[axis]);
const away = (ball: number, at: Zyx) => Math.hypot(...placeUm(at).map((um, axis) => um - ballsUm[ball].centre[axis]));

/** IoU of a click 1.5 µm beside the middle with the ball, in noise. */
function iouAt(ball: number, forbid: (at: Zyx) => boolean = () => false, outlineUm = 0): number {
  const random = createSeededRandom(4);
  const clicks = [
    {
      voxelZyx: ballsUm[ball].centre.map((um, axis) =>
        Math.floor((um + 1) / volume.voxelSizeZyx[axis]),
      ) as unknown as Zyx,
      isInside: true,
    },
  ];
  const box = edgeBox(volume, clicks, 10, 1e6)!;
  const shape = boxShape(box);
  const image = new Float32Array(shape[0] * shape[1] * shape[2]);
  const forbidden = new Uint8Array(image.length);
  const truth = new Uint8Array(image.length);
  let i = 0;
  for (let z = 0; z < shape[0]; z++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++, i++) {
        const at: Zyx = [z + box.minZyx[0], y + box.minZyx[1], x + box.minZyx[2]];
        const light = ballsUm.reduce(
          (sum, { radius, light: own }, one) => Math.max(sum, away(one, at) < radius ? own : 0),
          0,
        );
        image[i] = 100 + light + 15 * random.normal();
        forbidden[i] = Number(forbid(at));
        truth[i] = Number(away(ball, at) < ballsUm[ball].radius + outlineUm && !forbidden[i]);
      }
  const { voxelSizeZyx } = volume;
  const region = regionByEdges({ box, voxelSizeZyx, image, forbidden, clicks, diameterUm: 10, moveUm: outlineUm })!;
  expect(region.some((is, at) => is && forbidden[at])).toBe(false);
  let [both, either] = [0, 0];
  for (let at = 0; at < truth.length; at++) {
    both += truth[at] & region[at];
    either += truth[at] | region[at];
  }
  return both / either;
}

it("finds a ball up to its edge, also where another one begins there", () => {
  expect(iouAt(0)).toBeGreaterThan(0.85);
  expect(iouAt(1)).toBeGreaterThan(0.85);
});

it("leaves alone what others have labelled, and moves the outline in micrometres", () => {
  expect(iouAt(0, ([z]) => z < 7)).toBeGreaterThan(0.8);
  expect(iouAt(0, undefined, 1.5)).toBeGreaterThan(0.75);
});

it("has no box for clicks that lie far apart", () => {
  const clicks = [
    { voxelZyx: [2, 2, 2] as Zyx, isInside: true },
    { voxelZyx: [15, 60, 80] as Zyx, isInside: true },
  ];
  expect(edgeBox(volume, clicks, 10, 50_000)).toBeNull();
});
