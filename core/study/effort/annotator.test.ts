import { describe, expect, it } from "vitest";
import { type VoxelSpace, voxelCount } from "../../volume/voxel-space.ts";
import { randomStream } from "../random-stream.ts";
import { answerProposal, answerRegion, drawNucleus, type ShownVolume } from "./annotator.ts";
import { addEfforts, type CostModel, chargeFor } from "./cost-model.ts";
import { createHand, type HandNoise, STEADY } from "./hand.ts";
import { indexLabels } from "./label-index.ts";
import { iouOf, repaint } from "./repaint.ts";

const SPACE: VoxelSpace = { shapeZyx: [5, 8, 20], voxelSizeZyx: [2, 0.5, 0.4] };
const PRICES: CostModel = {
  points: { look: 0.5, accept: 1, reject: 1, merge: 2, splitInTwo: 2, splitInMore: 3, repaintSlice: 1 },
  seconds: { look: 3, accept: 1, reject: 1, merge: 4, splitInTwo: 6, splitInMore: 9, repaintSlice: 7 },
};

type Block = readonly [label: number, z: [number, number], y: [number, number], x: [number, number]];

function imageOf(blocks: readonly Block[]): Uint32Array {
  const image = new Uint32Array(voxelCount(SPACE.shapeZyx));
  for (const [label, z, y, x] of blocks)
    for (let k = z[0]; k < z[1]; k++)
      for (let j = y[0]; j < y[1]; j++) for (let i = x[0]; i < x[1]; i++) image[(k * 8 + j) * 20 + i] = label;
  return image;
}

const shown = (truth: readonly Block[], proposals: readonly Block[], done: number[] = []): ShownVolume => ({
  ...SPACE,
  truth: indexLabels(imageOf(truth), SPACE.shapeZyx),
  proposals: indexLabels(imageOf(proposals), SPACE.shapeZyx),
  isNucleus: (id) => id < 100,
  done: new Set(done),
});

const steady = createHand(0, "v", STEADY);
const TWO: readonly Block[] = [
  [7, [1, 4], [2, 6], [2, 6]],
  [9, [1, 4], [2, 6], [6, 10]],
];
const kinds = (answer: { acts: readonly { kind: string }[] }) => answer.acts.map(({ kind }) => kind);

describe("the annotator", () => {
  it("accepts what is right, and leaves it as it is", () => {
    // 44 of 48 voxels: IoU 0.92.
    const answer = answerProposal(
      shown(TWO, [
        [1, [1, 4], [2, 6], [2, 6]],
        [0, [1, 2], [2, 6], [2, 3]],
      ]),
      1,
      steady,
    );
    expect(kinds(answer)).toEqual(["look", "accept"]);
    expect(answer.painted).toEqual([{ label: 7, voxels: expect.objectContaining({ length: 44 }) }]);
    expect(answer.settled).toEqual([7]);
  });

  it("repaints the slices that look wrong, and no other", () => {
    const half: Block[] = [
      [1, [1, 4], [2, 6], [2, 6]],
      [0, [2, 4], [2, 6], [2, 4]],
    ];
    const answer = answerProposal(shown(TWO, half), 1, steady);
    expect(answer.acts).toEqual([{ kind: "look" }, { kind: "repaint", slices: 2, editedVoxels: 16 }]);
    expect(answer.painted[0].voxels).toHaveLength(48);
  });

  it("splits what holds two, joins what is one, and repaints what is still wrong", () => {
    const merged = answerProposal(shown(TWO, [[1, [1, 4], [2, 6], [2, 10]]]), 1, steady);
    expect(merged.acts).toEqual([{ kind: "look" }, { kind: "split", parts: 2 }]);
    expect(merged.painted.map(({ label, voxels }) => [label, voxels.length])).toEqual([
      [7, 48],
      [9, 48],
    ]);
    const pieces: Block[] = [
      [1, [1, 3], [2, 6], [2, 6]],
      [2, [3, 4], [2, 6], [2, 6]],
    ];
    const joined = answerProposal(shown(TWO, pieces), 1, steady);
    expect(kinds(joined)).toEqual(["look", "merge"]);
    expect(joined.painted[0].voxels).toHaveLength(48);
  });

  it("says of noise, and of what is labelled already, that it is none", () => {
    const noise = answerProposal(shown(TWO, [[3, [0, 1], [0, 2], [12, 15]]]), 3, steady);
    expect(noise).toMatchObject({ acts: [{ kind: "look" }, { kind: "reject" }], painted: [], rejected: [3] });
    expect(noise.background).toHaveLength(6);
    expect(kinds(answerProposal(shown(TWO, [[1, [1, 4], [2, 6], [2, 6]]], [7]), 1, steady))).toEqual([
      "look",
      "reject",
    ]);
  });

  it("draws a candidate's nucleus from nothing, all its slices", () => {
    const answer = answerProposal(shown(TWO, [[100, [1, 4], [3, 5], [2, 5]]]), 100, steady);
    expect(answer.acts).toEqual([{ kind: "look" }, { kind: "repaint", slices: 3, editedVoxels: 48 }]);
    expect(drawNucleus(shown(TWO, []), 7, steady).acts).toEqual(answer.acts);
  });

  it("labels what has its middle in a region, and knows the rest of it", () => {
    const proposals: Block[] = [
      [1, [1, 4], [2, 6], [2, 6]],
      [3, [0, 1], [0, 2], [2, 5]],
    ];
    const box = { minZyx: [0, 0, 0], maxZyx: [5, 8, 6] } as const;
    const answer = answerRegion(shown(TWO, proposals), box, steady);
    expect(answer.settled).toEqual([7]);
    expect(answer.rejected).toEqual([3]);
    expect(new Set(answer.background).size).toBe(5 * 8 * 6 - 48);
    expect(kinds(answer)).toEqual(["look", "look", "accept", "look", "reject"]);
  });

  it("errs so often as it is told, in the same way for whoever asks, and never but for one voxel's width", () => {
    const noise: HandNoise = { jitterVoxels: 1, missed: 0.05, merged: 0.1 };
    const hand = createHand(4, "a volume", noise);
    const labels = Array.from({ length: 4000 }, (_, label) => label + 1);
    const share = (of: (label: number) => boolean) => labels.filter(of).length / labels.length;
    expect(share(hand.misses)).toBeCloseTo(0.05, 1.5);
    expect(share(hand.merges)).toBeCloseTo(0.1, 1.5);
    const again = createHand(4, "a volume", noise);
    expect(labels.map(again.misses)).toEqual(labels.map(hand.misses));
    expect(labels.map(createHand(5, "a volume", noise).misses)).not.toEqual(labels.map(hand.misses));
    const truth = shown(TWO, []).truth;
    const sizes = new Set<number>();
    for (const label of labels.slice(0, 60)) {
      const drawn = hand.draw(label, truth.voxelsOf(7), SPACE.shapeZyx);
      expect(hand.draw(label, truth.voxelsOf(7), SPACE.shapeZyx)).toEqual(drawn);
      sizes.add(drawn.length);
      for (const voxel of drawn) {
        const [x, y] = [voxel % 20, Math.floor(voxel / 20) % 8];
        expect(x >= 1 && x <= 6 && y >= 1 && y <= 6).toBe(true);
      }
    }
    // Each of three slices with 4, 16 or 32 voxels.
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(96);
    expect(sizes.size).toBeGreaterThan(4);
    const blind = createHand(4, "v", { ...STEADY, missed: 1 });
    expect(kinds(answerProposal(shown(TWO, [[1, [1, 4], [2, 6], [2, 6]]]), 1, blind))).toEqual(["look", "reject"]);
    const joining = createHand(4, "v", { ...STEADY, merged: 1 });
    const both = answerProposal(shown(TWO, [[1, [1, 4], [2, 6], [2, 6]]]), 1, joining);
    expect(both.settled).toEqual([7, 9]);
    expect(both.painted).toMatchObject([{ label: 7, voxels: { length: 96 } }]);
  });
});

it("repaints to an IoU of 0.8 at least, over random shapes, and no more than there is to change", () => {
  const random = randomStream(8, "shapes");
  const some = (share: number) =>
    Array.from({ length: voxelCount(SPACE.shapeZyx) }, (_, voxel) => voxel).filter(() => random.uniform() < share);
  for (let round = 0; round < 60; round++) {
    const wanted = some(0.1 + 0.5 * random.uniform());
    const kept = wanted.filter(() => random.uniform() < 0.9);
    const there = [...new Set([...kept, ...some(0.2 * random.uniform())])].sort((a, b) => a - b);
    const { voxels, editedVoxels, slices } = repaint(there, wanted, SPACE.shapeZyx);
    expect(iouOf(new Set(voxels), new Set(wanted))).toBeGreaterThanOrEqual(0.8);
    const changed = [...new Set([...voxels, ...there])].filter(
      (voxel) => voxels.includes(voxel) !== there.includes(voxel),
    );
    expect(editedVoxels).toBe(changed.length);
    expect(slices).toBeLessThanOrEqual(5);
  }
});

it("charges every act by the prices, and sums what was charged", () => {
  const acts = [
    { kind: "look" },
    { kind: "split", parts: 3 },
    { kind: "repaint", slices: 4, editedVoxels: 90 },
    { kind: "merge" },
  ] as const;
  const one = chargeFor(acts, 3, PRICES);
  expect(one).toEqual({ looks: 1, nuclei: 3, strokes: 6, editedVoxels: 90, points: 9.5, seconds: 44 });
  const two = chargeFor([{ kind: "look" }, { kind: "accept" }], 1, PRICES);
  expect(addEfforts([one, two])).toEqual({
    looks: 2,
    nuclei: 4,
    strokes: 6,
    editedVoxels: 90,
    points: 11,
    seconds: 48,
  });
});
