import { expect, it } from "vitest";
import { boxShape, type VoxelBox, type Zyx } from "../volume/voxel-space.ts";
import { compareLayers, type DrawnLayer } from "./compare-layers.ts";
import { consensusImage } from "./consensus-image.ts";
import { spreadOf, votesOf } from "./study-result.ts";

/** Where the layers' box lies in its volume. */
const box: VoxelBox = { minZyx: [5, 40, 100], maxZyx: [14, 62, 126] };
const shapeZyx = boxShape(box);
const [DEPTH, ROWS, COLUMNS] = shapeZyx;
const voxelSizeZyx: Zyx = [2, 0.5, 0.25];

const layer = () => new Uint32Array(DEPTH * ROWS * COLUMNS);
const at = (z: number, y: number, x: number) => (z * ROWS + y) * COLUMNS + x;

/** A filled box, half-open. */
function put(labels: Uint32Array, label: number, [z0, y0, x0]: Zyx, [z1, y1, x1]: Zyx): Uint32Array {
  for (let z = z0; z < z1; z++) for (let y = y0; y < y1; y++) labels.fill(label, at(z, y, x0), at(z, y, x1));
  return labels;
}
const drawn = (labels: Uint32Array, classes: Readonly<Record<number, string>> = {}): DrawnLayer => ({
  labels,
  classOf: (label) => classes[label] ?? null,
});

/** Three people: one nucleus that all have, one that two have, one that one has. */
const threePeople = (): DrawnLayer[] => [
  drawn(put(put(layer(), 1, [1, 2, 2], [4, 8, 8]), 2, [1, 2, 12], [4, 8, 18]), { 1: "mitotic", 2: "interphase" }),
  drawn(put(put(layer(), 7, [1, 2, 2], [4, 8, 9]), 8, [1, 2, 12], [4, 8, 18]), { 7: "mitotic", 8: "mitotic" }),
  drawn(put(put(layer(), 3, [1, 2, 2], [4, 8, 8]), 4, [6, 12, 20], [8, 18, 25]), { 3: "mitotic" }),
];

it("tells of each pair, of each nucleus and of the classes what is worked out by hand", () => {
  const told = compareLayers({ box, voxelSizeZyx, layers: threePeople(), model: null });
  expect(told.nuclei).toEqual([2, 2, 2]);
  expect(told.pairs.map(({ first, second, matched, f1 }) => [first, second, matched, f1])).toEqual([
    [0, 1, 2, 1],
    [0, 2, 1, 0.5],
    [1, 2, 1, 0.5],
  ]);
  expect(votesOf(told)).toEqual([0, 1, 1, 1]);
  // Items [3,0], [2,1], [1,2]: observed (1 + 1/3 + 1/3) / 3, expected (2/3)² + (1/3)².
  expect(told.kappa).toBeCloseTo((5 / 9 - 5 / 9) / (1 - 5 / 9), 10);
  // Pairable: mitotic ×3 and interphase with mitotic. Five answers, four of them alike.
  expect(told.alpha).toBeCloseTo(1 - (4 * 2) / (25 - 17), 10);
  expect(told.model).toBeNull();
  const [all, two, one] = told.clusters;
  expect([all.labels, all.votes, all.classes]).toEqual([[1, 7, 3], 3, ["mitotic"]]);
  expect([two.labels, two.votes, two.classes]).toEqual([[2, 8, 0], 2, ["interphase", "mitotic"]]);
  expect([one.labels, one.votes, one.disagreement]).toEqual([[0, 0, 4], 1, expect.closeTo(2 / 3, 6)]);
  // In voxels of the volume.
  expect(one.centroidZyx).toEqual([5 + 7, 40 + 15, 100 + 22]);
  expect(one.box).toEqual({ minZyx: [11, 52, 120], maxZyx: [13, 58, 125] });
  // A column of one voxel of seven is disputed, by two pairs of three.
  expect(all.disagreement).toBeCloseTo((2 / 3) * (1 / 7), 6);
});

it("the view from above has the largest disagreement of each column", () => {
  const { view } = compareLayers({ box, voxelSizeZyx, layers: threePeople(), model: null });
  expect([view.rows, view.columns, view.stepYx]).toEqual([ROWS, COLUMNS, [1, 1]]);
  const seen = (y: number, x: number) => view.percent[y * COLUMNS + x];
  expect([seen(0, 0), seen(4, 4), seen(4, 8), seen(14, 22)]).toEqual([0, 0, 67, 67]);
});

it("a nucleus that was labelled before anything was proposed is not held against the model", () => {
  const layers = threePeople();
  const proposed = put(layer(), 50, [1, 2, 12], [4, 8, 18]);
  const isTaken = Uint8Array.from(put(layer(), 1, [1, 2, 2], [4, 8, 9]));
  const { model } = compareLayers({ box, voxelSizeZyx, layers, model: { labels: proposed, isTaken } });
  expect(model?.map(({ matched, onlyFirst, onlySecond, f1 }) => [matched, onlyFirst, onlySecond, f1])).toEqual([
    [1, 0, 0, 1],
    [1, 0, 0, 1],
    [0, 1, 1, 0],
  ]);
  const harsh = compareLayers({
    box,
    voxelSizeZyx,
    layers,
    model: { labels: proposed, isTaken: new Uint8Array(isTaken.length) },
  });
  expect(harsh.model?.[0]).toMatchObject({ matched: 1, onlyFirst: 1 });
});

it("progress rises to the end, a step for each comparison", () => {
  const said: number[] = [];
  compareLayers({ box, voxelSizeZyx, layers: threePeople(), model: null, onProgress: (done) => said.push(done) });
  expect(said).toEqual([...said].sort((a, b) => a - b));
  expect(said.at(-1)).toBe(1);
});

it.each(["majority", "staple"] as const)(
  "the consensus by %s has what half have or more, and says how many",
  (method) => {
    const layers = threePeople().map(({ labels }) => labels);
    const { labels, nuclei } = consensusImage(layers, shapeZyx, method);
    expect(nuclei.map(({ votes }) => votes)).toEqual([3, 2]);
    const sizes = nuclei.map(({ id }) => labels.filter((label) => label === id).length);
    // The one voxel column that one of three drew is not in it.
    expect(sizes).toEqual([3 * 6 * 6, 3 * 6 * 6]);
    expect(labels[at(6, 12, 20)]).toBe(0);
  },
);

it("STAPLE listens to who agrees with the others: an outline twice as wide of one person does not widen it", () => {
  const wide = put(layer(), 9, [1, 2, 2], [4, 14, 14]);
  const narrow = () => put(layer(), 1, [1, 2, 2], [4, 14, 10]);
  const { labels } = consensusImage([narrow(), narrow(), wide], shapeZyx, "staple");
  expect([...labels].filter(Boolean)).toHaveLength(3 * 12 * 8);
});

it("nobody drew anything: nothing to say, and no consensus", () => {
  const told = compareLayers({ box, voxelSizeZyx, layers: [drawn(layer()), drawn(layer())], model: null });
  expect(told).toMatchObject({ nuclei: [0, 0], kappa: null, alpha: null, clusters: [] });
  expect(told.pairs[0].f1).toBeNull();
  expect(consensusImage([layer(), layer()], shapeZyx, "majority").nuclei).toEqual([]);
  expect(spreadOf([null, null])).toBeNull();
  expect(spreadOf([0.5, null, 1])).toEqual({ min: 0.5, mean: 0.75, max: 1 });
});
