import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { buildKnownMask, countKnown, KNOWN_BACKGROUND, KNOWN_FOREGROUND, UNKNOWN } from "./known-mask.ts";

const shapeZyx: Zyx = [9, 14, 17];
const size = 9 * 14 * 17;
const at = (z: number, y: number, x: number) => (z * 14 + y) * 17 + x;

function paintBox(labels: Uint32Array | Uint8Array, value: number, [z0, y0, x0]: Zyx, [z1, y1, x1]: Zyx): void {
  for (let z = z0; z < z1; z++) for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) labels[at(z, y, x)] = value;
}

/** Two nuclei that touch at x = 8: 5 is truth, 6 is whatever the test says. */
function touchingPair() {
  const labels = new Uint32Array(size);
  paintBox(labels, 5, [3, 5, 5], [6, 9, 8]);
  return labels;
}

const forEachVoxel = (visit: (index: number, z: number, y: number, x: number) => void) => {
  for (let z = 0; z < 9; z++) for (let y = 0; y < 14; y++) for (let x = 0; x < 17; x++) visit(at(z, y, x), z, y, x);
};

describe.each([1, 2, 5])("the known mask at anisotropy %d", (anisotropy) => {
  const voxelSizeZyx: Zyx = [0.4 * anisotropy, 0.4, 0.4];

  it("has a shell of three in-plane voxels, at least one voxel on every axis, and nothing else", () => {
    const labels = touchingPair();
    const known = buildKnownMask({ shapeZyx, voxelSizeZyx, labels, truthLabels: new Set([5]), completeBoxes: [] });
    let shell = 0;
    // Naive judge: the distance to every truth voxel, one by one.
    const stepZ = Math.min(anisotropy, 3);
    forEachVoxel((index, z, y, x) => {
      let nearest = Number.POSITIVE_INFINITY;
      forEachVoxel((other, oz, oy, ox) => {
        if (labels[other] !== 5) return;
        nearest = Math.min(nearest, Math.hypot((z - oz) * stepZ, y - oy, x - ox));
      });
      const expected = nearest === 0 ? KNOWN_FOREGROUND : nearest <= 3 ? KNOWN_BACKGROUND : UNKNOWN;
      expect(known[index]).toBe(expected);
      if (expected === KNOWN_BACKGROUND) shell++;
    });
    expect(shell).toBeGreaterThan(50);
    expect(known[at(2, 6, 6)]).toBe(KNOWN_BACKGROUND);
    expect(known[at(6, 6, 6)]).toBe(KNOWN_BACKGROUND);
    expect(countKnown(known)).toEqual({ background: shell, foreground: 3 * 4 * 3 });
  });

  it("puts no voxel of a touching neighbour into the shell once it is proposed, predicted or painted", () => {
    const labels = touchingPair();
    const proposals = new Uint8Array(size);
    paintBox(proposals, 1, [3, 5, 8], [6, 9, 11]);
    const neighbour = [...proposals.keys()].filter((index) => proposals[index]);
    const space = { shapeZyx, voxelSizeZyx, labels, truthLabels: new Set([5]), completeBoxes: [] };
    const states = (known: Uint8Array) => new Set(neighbour.map((index) => known[index]));
    expect(states(buildKnownMask(space))).toContain(KNOWN_BACKGROUND);
    expect(states(buildKnownMask({ ...space, undecidedProposals: proposals }))).toEqual(new Set([UNKNOWN]));
    const foreground = Float32Array.from(proposals, (inside) => (inside ? 0.51 : 0.5));
    expect(states(buildKnownMask({ ...space, foreground }))).toEqual(new Set([UNKNOWN]));
    const unfinished = labels.slice();
    for (const index of neighbour) unfinished[index] = 6;
    expect(states(buildKnownMask({ ...space, labels: unfinished }))).toEqual(new Set([UNKNOWN]));
  });
});

describe("the known mask", () => {
  const voxelSizeZyx: Zyx = [2, 0.5, 0.5];

  it("takes a rejected proposal for background only where nothing else claims it", () => {
    const labels = new Uint32Array(size);
    const rejected = new Uint8Array(size);
    const undecided = new Uint8Array(size);
    paintBox(rejected, 1, [1, 1, 1], [3, 4, 7]);
    labels[at(1, 1, 1)] = 9; // unfinished
    undecided[at(1, 1, 2)] = 3;
    const known = buildKnownMask({
      shapeZyx,
      voxelSizeZyx,
      labels,
      truthLabels: new Set(),
      rejectedProposals: rejected,
      undecidedProposals: undecided,
      completeBoxes: [],
    });
    expect(countKnown(known)).toEqual({ background: 2 * 3 * 6 - 2, foreground: 0 });
    expect(known[at(1, 1, 1)]).toBe(UNKNOWN);
    expect(known[at(1, 1, 2)]).toBe(UNKNOWN);
  });

  it("knows every unlabelled voxel of a complete box, proposed or not, but not an unfinished nucleus", () => {
    const labels = new Uint32Array(size);
    paintBox(labels, 9, [2, 2, 2], [4, 4, 4]);
    const undecided = new Uint8Array(size).fill(1);
    const known = buildKnownMask({
      shapeZyx,
      voxelSizeZyx,
      labels,
      truthLabels: new Set(),
      undecidedProposals: undecided,
      completeBoxes: [{ minZyx: [1, 1, 1], maxZyx: [5, 6, 99] }],
    });
    expect(countKnown(known)).toEqual({ background: 4 * 5 * 16 - 8, foreground: 0 });
    expect(known[at(2, 2, 2)]).toBe(UNKNOWN);
    expect(known[at(0, 1, 1)]).toBe(UNKNOWN);
  });
});
