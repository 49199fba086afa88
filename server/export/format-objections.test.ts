import { afterAll, beforeAll, expect, it } from "vitest";
import { exportFormats } from "./export-formats.ts";
import { objectionTo, refusedFormats } from "./format-objections.ts";
import type { FrozenVolume } from "./frozen/dataset-description.ts";
import { createDatasetFixture, type DatasetFixture } from "./testing/dataset-fixture.ts";

let fixture: DatasetFixture;
beforeAll(async () => {
  fixture = await createDatasetFixture("uint8");
});
afterAll(() => fixture.remove());

const LICENCE = "CC-BY-4.0";
const refused = (...changes: readonly Partial<FrozenVolume>[]) =>
  refusedFormats({
    licence: LICENCE,
    volumes: changes.map((change) => ({ ...fixture.description.volumes[0], ...change })),
  }).map(({ format }) => format);

it("refuses nothing of an ordinary version", () => {
  expect(refused({})).toEqual([]);
});

it("refuses at the first number that a type does not hold, and not before", () => {
  expect(refused({ nuclei: 0xffff - 1 })).toEqual([]);
  expect(refused({ nuclei: 0xffff })).toEqual(["stardist"]);
  expect(refused({}, { nuclei: 0xffff + 1 })).toEqual(["imagej", "stardist", "cellpose", "embedseg", "tracking"]);
  expect(refused({ shapeZyx: [2, 3, 2 ** 15 - 1] })).toEqual([]);
  expect(refused({ shapeZyx: [2, 2 ** 15, 3] })).toEqual(["nifti"]);
});

it("refuses what could not be learned from", () => {
  expect(refused({ split: "test" })).toEqual(["nnunet"]);
  expect(refused({ split: "test" }, {})).toEqual([]);
  expect(refused({ boxes: [], knownShare: 0.5 })).toEqual(["cellpose", "embedseg"]);
  expect(refused({ boxes: [], knownShare: 1 })).toEqual([]);
});

it("refuses an archive under a licence that it does not take", () => {
  const { volumes } = fixture.description;
  const under = (licence: string) => refusedFormats({ licence, volumes }).map(({ format }) => format);
  expect(under("CC0-1.0")).toEqual([]);
  expect(under("CC-BY-NC-4.0")).toEqual(["bioimage-archive"]);
  expect(under("")).toEqual(["bioimage-archive"]);
});

it("says what to do, and where", () => {
  const volumes = [{ ...fixture.description.volumes[0], nuclei: 70_000 }];
  for (const format of exportFormats) {
    const objection = objectionTo(format, { licence: LICENCE, volumes });
    if (objection)
      expect([objection.where, objection.hint]).toEqual(["Embryo 1 (left)", expect.stringContaining("Use")]);
  }
});
