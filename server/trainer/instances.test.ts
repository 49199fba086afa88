import { describe, expect, it } from "vitest";
import { scoreSegmentation } from "../../core/metrics/score-segmentation.ts";
import { segmentInstances } from "./instances.ts";
import { scoreWhereKnown } from "./known-scores.ts";
import { buildTargets } from "./targets.ts";
import { createPhantom } from "./testing/phantom.ts";
import { middleOfBest, startingThresholds, tuneThresholds } from "./tune-thresholds.ts";

/** Perfect probabilities: what the heads should say. */
function perfectMaps(volume = createPhantom(1)) {
  const { distance, boundary } = buildTargets(volume.labels, volume);
  return {
    volume,
    maps: {
      shapeZyx: volume.shapeZyx,
      foreground: Float32Array.from(volume.labels, (label) => (label ? 0.9 : 0.1)),
      distance,
      boundary: Float32Array.from(boundary),
    },
  };
}

describe("segmentInstances", () => {
  it("finds every nucleus again from perfect maps", () => {
    const { volume, maps } = perfectMaps();
    const found = segmentInstances(maps, volume, startingThresholds([volume]));
    const scores = scoreSegmentation(volume.labels, found);
    expect(scores).toMatchObject({ ap50: 1, ap75: 1 });
    expect(scores.truth).toBeGreaterThan(20);
  });

  it("takes no forbidden voxel, and closes holes", () => {
    const { volume, maps } = perfectMaps();
    const forbidden = Uint8Array.from(volume.labels, (label) => (label === 70_000 ? 1 : 0));
    expect(forbidden).toContain(1);
    const middle = volume.labels.indexOf(70_003) + 44 * 2;
    const found = segmentInstances(maps, volume, startingThresholds([volume]), forbidden);
    expect(found.every((label, i) => !forbidden[i] || label === 0)).toBe(true);
    const holed = { ...maps, foreground: maps.foreground.slice() };
    const inside = [...volume.labels.keys()].filter((i) => maps.distance[i] === 1);
    expect(inside.length).toBeGreaterThan(5);
    // A single voxel of the widest slice beside the middle is lost from the mask.
    const hole = inside[3] + 1;
    holed.foreground[hole] = 0;
    expect(segmentInstances(holed, volume, startingThresholds([volume]))[hole]).not.toBe(0);
    expect(middle).toBeGreaterThan(0);
  });

  it("is tuned to separate what the start would split", () => {
    const { volume, maps } = perfectMaps();
    // Bumps in the distance: each nucleus has two peaks.
    const bumpy = { ...maps, distance: maps.distance.map((d, i) => d * (0.7 + 0.3 * Math.cos((i % 44) * 1.6) ** 2)) };
    const start = { ...startingThresholds([volume]), minSeparationUm: 0.4 };
    const tuned = tuneThresholds([{ ...volume, maps: bumpy }], { ...start, minSeparationUm: 1 });
    const score = (thresholds: typeof start) =>
      scoreSegmentation(volume.labels, segmentInstances(bumpy, volume, thresholds)).apMean ?? 0;
    expect(score(tuned)).toBeGreaterThanOrEqual(score(start));
    expect(score(tuned)).toBeGreaterThan(0.8);
  });
});

describe("scores of partly labelled volumes", () => {
  it("leave out what lies more than half in unknown voxels", () => {
    const truth = Uint32Array.of(1, 1, 1, 0, 0, 0, 0, 0);
    const found = Uint32Array.of(4, 4, 4, 0, 6, 6, 7, 7);
    const known = Uint8Array.of(2, 2, 2, 1, 1, 1, 0, 0);
    expect(scoreWhereKnown(truth, found, known, 1)).toMatchObject({ found: 2, truth: 1, ap50: 0.5 });
  });

  it("choose the middle of the longest best run", () => {
    expect(middleOfBest([0.1, 0.5, 0.5, 0.5, 0.2, 0.5])).toBe(2);
    expect(middleOfBest([0.7, 0.1])).toBe(0);
  });
});
