import { afterAll, beforeAll, expect, it } from "vitest";
import { isUnderResolved } from "../../../core/morphometry/under-resolved.ts";
import { readFrozenNuclei, writeFrozenNuclei } from "../frozen/dataset-blobs.ts";
import type { DatasetDescription, FrozenNucleus } from "../frozen/dataset-description.ts";
import { createDatasetFixture, type DatasetFixture, VERSION_ID, VOLUME_ID } from "../testing/dataset-fixture.ts";
import { shapeDistribution } from "./shape-distribution.ts";

let fixture: DatasetFixture;
let template: FrozenNucleus;
let many: DatasetDescription;

beforeAll(async () => {
  fixture = await createDatasetFixture();
  [template] = await readFrozenNuclei(fixture.blobs, VERSION_ID, VOLUME_ID);
  const nuclei = Array.from({ length: 90 }, (_, i): FrozenNucleus => {
    // Every third is a round one of many slices; every tenth is cut by the border.
    const round = i % 3 === 0 ? { equivalentRadiusUm: 9, flatness: 1, elongation: 1, sphericity: 0.9 } : {};
    const shape = { ...template.shape, ...round, volumeUm3: i, truncated: i % 10 === 9 };
    return { ...template, label: i + 1, class: i < 80 ? `class ${i % 16}` : null, shape };
  });
  await writeFrozenNuclei(fixture.blobs, VERSION_ID, VOLUME_ID, nuclei);
  many = { ...fixture.description, volumes: [{ ...fixture.description.volumes[0], nuclei: nuclei.length }] };
});
afterAll(() => fixture.remove());

const asked = (measure: "volume" | "sphericity" | "feret", by: "class" | "specimen") =>
  shapeDistribution(fixture.blobs, many, { measure, by });

it("has every nucleus once, in a group or left out with the reason", async () => {
  const { distribution, leftOut } = await asked("volume", "specimen");
  expect(leftOut).toEqual({ cut: 9, "under-resolved": 0, "not-measured": 0 });
  const kept = Array.from({ length: 90 }, (_, i) => i).filter((i) => i % 10 !== 9);
  expect(distribution?.groups).toEqual([
    expect.objectContaining({ name: "embryo 1", count: 81, quantiles: [0, kept[20], kept[40], kept[60], 88] }),
  ]);
  expect(distribution?.groups[0].counts.reduce((a, b) => a + b)).toBe(81);
});

it("does not tell the sphericity of what is too few slices thick", async () => {
  expect(isUnderResolved(template.shape, many.volumes[0].voxelSizeZyx)).toBe(true);
  const { distribution, leftOut } = await asked("sphericity", "specimen");
  expect(distribution?.groups[0].count).toBe(27);
  expect(leftOut).toEqual({ cut: 9, "under-resolved": 54, "not-measured": 0 });
});

it("puts small groups together, and says so where nothing was measured", async () => {
  const { distribution } = await asked("volume", "class");
  expect(distribution?.groups).toHaveLength(12);
  expect(distribution?.groups[0]).toMatchObject({ name: "no class", count: 9 });
  expect(distribution?.groups[11].name).toBe("6 others");
  const old = (await readFrozenNuclei(fixture.blobs, VERSION_ID, VOLUME_ID)).map(({ shape, ...nucleus }) => {
    const { tools: _, ...before } = shape;
    return { ...nucleus, shape: before };
  });
  await writeFrozenNuclei(fixture.blobs, VERSION_ID, VOLUME_ID, old);
  expect(await asked("feret", "class")).toEqual({
    distribution: null,
    leftOut: { cut: 9, "under-resolved": 0, "not-measured": 81 },
  });
});

it("sends whoever has too many to the table", async () => {
  const volumes = [{ ...many.volumes[0], nuclei: 100_001 }];
  const far = { ...many, volumes };
  await expect(shapeDistribution(fixture.blobs, far, { measure: "volume", by: "class" })).rejects.toMatchObject({
    tag: "too-many-to-plot",
  });
});
