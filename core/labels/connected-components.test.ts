import { describe, expect, it } from "vitest";
import { labelComponents } from "./connected-components.ts";
import { findObjects } from "./object-boxes.ts";

describe("labelComponents", () => {
  // Two slices of 2 × 3: a corner touch inside the first slice, a face touch across slices.
  const mask = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0);

  it("joins through faces", () => {
    const { labels, voxels, count } = labelComponents(mask, [2, 2, 3]);
    expect([...labels]).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 2, 0]);
    expect([...voxels]).toEqual([0, 1, 2, 1]);
    expect(count).toBe(3);
  });

  it("joins through corners where asked", () => {
    expect([...labelComponents(mask, [2, 2, 3], 26).labels]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0]);
  });
});

describe("findObjects", () => {
  it("gives size and half-open box of each label, ascending", () => {
    const labels = new Uint32Array(2 * 3 * 4);
    labels[5] = 70_000;
    labels[18] = 70_000;
    labels[0] = 2;
    expect(findObjects(labels, [2, 3, 4])).toEqual([
      { label: 2, voxels: 1, box: { minZyx: [0, 0, 0], maxZyx: [1, 1, 1] } },
      { label: 70_000, voxels: 2, box: { minZyx: [0, 1, 1], maxZyx: [2, 2, 3] } },
    ]);
  });
});
