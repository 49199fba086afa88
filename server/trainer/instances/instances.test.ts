import { describe, expect, it } from "vitest";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import { buildTargets } from "../data/targets.ts";
import { scoreWhereKnown } from "../measure/known-scores.ts";
import { middleOfBest, startingThresholds, tuneThresholds } from "../measure/tune-thresholds.ts";
import { createPhantom } from "../testing/phantom.ts";
import { segmentInstances } from "./instances.ts";

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

  it("takes no background for a nucleus, however sure the maps are of it", () => {
    const { volume, maps } = perfectMaps();
    // The lower half of the volume is one bright object, as weights see it that have learned little.
    const half = Math.floor(volume.labels.length / 2);
    const flooded = {
      ...maps,
      foreground: maps.foreground.map((value, i) => (i < half ? value : 0.9)),
      distance: maps.distance.map((value, i) => (i < half ? value : 0.6)),
    };
    const sizes = (thresholds: ReturnType<typeof startingThresholds>) => {
      const found = segmentInstances(flooded, volume, { ...thresholds, minSeparationUm: 1000 });
      return findObjects(found, volume.shapeZyx).map(({ voxels }) => voxels);
    };
    const start = startingThresholds([volume]);
    expect(Math.max(...sizes({ ...start, maxVolumeUm3: Number.MAX_VALUE }))).toBeGreaterThan(half / 2);
    expect(sizes(start)).toEqual([]);
    const found = segmentInstances(flooded, volume, start);
    const largest = Math.max(...findObjects(volume.labels, volume.shapeZyx).map(({ voxels }) => voxels));
    for (const { voxels } of findObjects(found, volume.shapeZyx)) expect(voxels).toBeLessThanOrEqual(10 * largest);
    expect(scoreSegmentation(volume.labels.slice(0, half), found.slice(0, half)).truePositives50).toBeGreaterThan(5);
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
