import { expect, it } from "vitest";
import { voxelCount, type Zyx } from "../volume/voxel-space.ts";
import type { Click } from "./click.ts";
import { type ClickedNucleusWish, nucleusAtClicks, type Surroundings } from "./nucleus-at-clicks.ts";

const shapeZyx: Zyx = [16, 50, 64];
const voxelSizeZyx: Zyx = [1.5, 0.5, 0.4];
const RADIUS_UM = 5;
/** Two that touch, and one by itself that the model doubts. */
const centresUm = [
  [12, 12, 7],
  [12, 12, 16],
  [12, 12, 25.5],
] as const;
const voxelAt = (um: readonly number[]): Zyx => [
  Math.floor(um[0] / voxelSizeZyx[0]),
  Math.floor(um[1] / voxelSizeZyx[1]),
  Math.floor(um[2] / voxelSizeZyx[2]),
];
const awayOf = (ball: number, at: Zyx) =>
  Math.hypot(...at.map((place, axis) => (place + 0.5) * voxelSizeZyx[axis] - centresUm[ball][axis]));

/** What a network that is right says: sure inside, and how deep. The third ball is dim and shallow. */
function surroundings(forbid: (at: Zyx) => boolean = () => false): Surroundings {
  const foreground = new Float32Array(voxelCount(shapeZyx));
  const distance = new Float32Array(foreground.length);
  const forbidden = new Uint8Array(foreground.length);
  forEach((at, i) => {
    const away = centresUm.map((_, ball) => awayOf(ball, at) / RADIUS_UM);
    const [near, dim] = [Math.min(away[0], away[1]), away[2]];
    foreground[i] = near < 1 ? 0.9 : dim < 1 ? 0.3 : 0.02;
    distance[i] = near < 1 ? 1 - near : dim < 1 ? 0.2 * (1 - dim) : 0;
    forbidden[i] = Number(forbid(at));
  });
  return {
    shapeZyx,
    voxelSizeZyx,
    maps: { shapeZyx, foreground, distance, boundary: new Float32Array(foreground.length) },
    forbidden,
  };
}

function forEach(visit: (at: Zyx, i: number) => void): void {
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++) for (let x = 0; x < shapeZyx[2]; x++, i++) visit([z, y, x], i);
}

const inside = (...um: number[]): Click => ({ voxelZyx: voxelAt(um), isInside: true });
const outside = (...um: number[]): Click => ({ voxelZyx: voxelAt(um), isInside: false });
const wish = (clicks: readonly Click[], outlineUm = 0, moveUm = 0): ClickedNucleusWish => ({
  clicks,
  outlineUm,
  moveUm,
  diameterUm: 2 * RADIUS_UM,
  thresholds: { foreground: 0.5, seed: 0.35, minSeparationUm: 3, minVolumeUm3: 50, maxVolumeUm3: 2000, wall: 0 },
});

/** With the voxels that are nearer to one of these balls than to the others, and `isIn`. */
function iouWith(
  nucleus: Uint8Array | null,
  balls: readonly number[],
  isIn = (_at: Zyx) => true,
  um = RADIUS_UM,
): number {
  let [both, either] = [0, 0];
  forEach((at, i) => {
    const away = centresUm.map((_, ball) => awayOf(ball, at));
    const nearest = away.indexOf(Math.min(...away));
    const truth = balls.includes(nearest) && away[nearest] < um && isIn(at);
    if (truth && nucleus?.[i]) both++;
    if (truth || nucleus?.[i]) either++;
  });
  return both / either;
}

it("finds the clicked nucleus of two that touch, wherever in it the click is", () => {
  const around = surroundings();
  for (const um of [
    [12, 12, 7],
    [12, 12, 9.5],
    [9, 14, 5],
    [14.5, 9.5, 7.5],
  ])
    expect(iouWith(nucleusAtClicks(around, wish([inside(...um)])), [0])).toBeGreaterThan(0.97);
  expect(iouWith(nucleusAtClicks(around, wish([inside(12, 13, 17)])), [1])).toBeGreaterThan(0.97);
});

it("joins what two clicks are in, and gives back what a click outside is in", () => {
  const around = surroundings();
  const both = [inside(12, 12, 7), inside(12, 12, 16)];
  expect(iouWith(nucleusAtClicks(around, wish(both)), [0, 1])).toBeGreaterThan(0.97);
  const left = nucleusAtClicks(around, wish([...both, outside(12, 12, 19)]));
  // What is nearer to the click outside is gone, and nothing else.
  const isNearer = (at: Zyx) => (at[2] + 0.5) * voxelSizeZyx[2] < (16 + 19) / 2;
  expect(iouWith(left, [0, 1], isNearer)).toBeGreaterThan(0.93);
  // Beside the nucleus it changes nothing.
  expect(nucleusAtClicks(around, wish([inside(12, 12, 7), outside(12, 12, 16)]))).toEqual(
    nucleusAtClicks(around, wish([inside(12, 12, 7)])),
  );
});

it("believes a click where the model doubts, and says so where it sees nothing", () => {
  const around = surroundings();
  expect(iouWith(nucleusAtClicks(around, wish([inside(12, 12, 25)])), [2])).toBeGreaterThan(0.9);
  expect(nucleusAtClicks(around, wish([inside(3, 22, 2)]))).toBeNull();
});

it("moves the outline by micrometres on every axis, between nuclei only as far as the other lets it", () => {
  const around = surroundings();
  for (const um of [1.6, -1.6]) {
    const moved = nucleusAtClicks(around, wish([inside(12, 12, 7)], um));
    expect(iouWith(moved, [0], undefined, RADIUS_UM + um)).toBeGreaterThan(0.6);
    const bySurface = nucleusAtClicks(around, wish([inside(12, 12, 7)], 0, um));
    expect(iouWith(bySurface, [0], undefined, RADIUS_UM + um)).toBeGreaterThan(0.6);
  }
});

it("takes no voxel of another nucleus, also by growing or by filling, and keeps what hangs together with the click", () => {
  // Somebody has labelled a slab through the nucleus.
  const isSlab = ([, , x]: Zyx) => x >= 19 && x < 22;
  const around = surroundings(isSlab);
  const nucleus = nucleusAtClicks(around, wish([inside(12, 12, 6)], 1, 0.5));
  let [own, others, beyond] = [0, 0, 0];
  forEach((at, i) => {
    own += nucleus![i];
    others += Number(nucleus![i] && around.forbidden[i]);
    beyond += Number(nucleus![i] && at[2] >= 22);
  });
  expect([others, beyond]).toEqual([0, 0]);
  expect(own).toBeGreaterThan(700);
});
