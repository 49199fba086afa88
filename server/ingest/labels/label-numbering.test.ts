import { expect, it } from "vitest";
import { labelComponents } from "../../../core/labels/connected-components.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { numberLabels, surveyLabels } from "./label-numbering.ts";

const shapeZyx: Zyx = [7, 40, 70];
const space = { shapeZyx, voxelSizeZyx: [2, 0.5, 0.4] as Zyx };

/** Four boxes that do not touch, each larger than the one before; `of` gives each its value. */
function boxes(of: (box: number) => number): Uint32Array {
  const labels = new Uint32Array(7 * 40 * 70);
  for (let box = 0; box < 4; box++)
    for (let z = 1; z < 5; z++)
      for (let y = 4; y < 12 + box; y++)
        labels.fill(of(box), (z * 40 + y) * 70 + 2 + 17 * box, (z * 40 + y) * 70 + 12 + 17 * box);
  return labels;
}

/** The labels as they would be stored, through slabs as a file's. */
function stored(labels: Uint32Array, said: Parameters<typeof numberLabels>[2] = {}) {
  const survey = surveyLabels(space);
  const voxels = labels.slice();
  for (const [zMin, zMax] of [
    [0, 3],
    [3, 7],
  ])
    survey.add({ zMin, zMax, yMin: 0, yMax: 40, pixels: voxels.subarray(zMin * 2800, zMax * 2800) }, true);
  const numbered = numberLabels(survey.found(), space, said);
  return { numbered, voxels: voxels.map((number) => numbered.labelOf[number]) };
}

it("keeps the ids of distinct nuclei, and of one that lies in two near fragments", () => {
  const labels = boxes((box) => [7, 70_000, 9, 12][box]);
  labels[(6 * 40 + 6) * 70 + 5] = 7;
  const { numbered, voxels } = stored(labels);
  expect(voxels).toEqual(labels);
  expect(numbered.extents.map(({ label }) => label)).toEqual([7, 9, 12, 70_000]);
  expect(numbered.extents[0]).toMatchObject({ voxels: 321, minZyx: [1, 4, 2], maxZyx: [7, 12, 12] });
  expect(numbered.renamed).toEqual({});
});

it("asks for a mask, whatever its value; numbered part by part it has the components that a flood finds", () => {
  for (const value of [1, 255, 65_535]) {
    const mask = boxes(() => value);
    expect(() => stored(mask)).toThrow(/looks like a mask.*4 separate parts.*--parts one-per-part/s);
    expect(stored(mask, { parts: "as-numbered" }).voxels).toEqual(mask);
    const { numbered, voxels } = stored(mask, { parts: "one-per-part" });
    expect(voxels).toEqual(
      labelComponents(
        Uint8Array.from(mask, (label) => (label === 0 ? 0 : 1)),
        shapeZyx,
      ).labels,
    );
    expect(numbered.partsOf).toBe(1);
  }
});

it("asks where several nuclei share an id; the largest part keeps it, the others get new ones", () => {
  const labels = boxes((box) => (box % 3 === 0 ? 9 : 20 + box));
  expect(() => stored(labels)).toThrow(/1 of 3 labels \(9\) belong to several objects/);
  expect(stored(labels, { parts: "as-numbered" }).voxels).toEqual(labels);
  expect(stored(labels, { parts: "one-per-part" }).voxels).toEqual(boxes((box) => [23, 21, 22, 9][box]));
});

it("refuses two classes without a background, and numbers colours and enormous ids anew", () => {
  expect(() =>
    stored(
      Uint32Array.from(
        boxes(() => 1),
        (value) => value + 1,
      ),
    ),
  ).toThrow(/there is no background/);
  const large = boxes((box) => 2 ** 31 + 10 - box);
  expect(stored(large).voxels).toEqual(boxes((box) => 4 - box));
  expect(stored(large).numbered.renamed).toMatchObject({ [2 ** 31 + 10]: 4 });
  const colours = boxes((box) => [0xff0000, 0x00ff00, 0x0000ff, 0xff00ff][box]);
  expect(stored(colours, { colours: true })).toMatchObject({
    voxels: boxes((box) => [3, 2, 1, 4][box]),
    numbered: { renamed: {} },
  });
});
