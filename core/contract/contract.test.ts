import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { z } from "zod";
import { isPromoted } from "./checkpoint-metrics.ts";
import { blockTurnSchema, sharePlanSchema } from "./shared-blocks.ts";
import { snapshotManifestSchema } from "./snapshot-manifest.ts";
import { claimedJobSchema, jobPayloadSchema } from "./trainer-job.ts";
import { claimRequestSchema, metricsSchema, predictedSchema, trainedSchema } from "./trainer-messages.ts";

/** The first part of a fixture's name says which shape it is meant for. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  "snapshot-manifest": snapshotManifestSchema,
  "job-payload": jobPayloadSchema,
  "claimed-job": claimedJobSchema,
  "claim-request": claimRequestSchema,
  trained: trainedSchema,
  predicted: predictedSchema,
  metrics: metricsSchema,
  "share-plan": sharePlanSchema,
  "block-turn": blockTurnSchema,
};

const fixturesIn = (folder: "valid" | "negative") => {
  const url = new URL(`./fixtures/${folder}/`, import.meta.url);
  return readdirSync(url).map((file) => ({
    file,
    schema: schemas[file.split(".")[0]],
    value: JSON.parse(readFileSync(new URL(file, url), "utf8")) as unknown,
  }));
};
const valid = fixturesIn("valid");
const negative = fixturesIn("negative");

it("has fixtures that must pass and that must fail for every shape", () => {
  const named = (fixtures: typeof valid) => new Set(fixtures.map(({ file }) => file.split(".")[0]));
  expect(named(valid)).toEqual(new Set(Object.keys(schemas)));
  expect(named(negative)).toEqual(new Set(Object.keys(schemas)));
});

it.each(valid)("takes $file as it is", ({ schema, value }) => {
  expect(schema.parse(value)).toEqual(value);
});

it.each(negative)("refuses $file", ({ schema, value }) => {
  expect(schema.safeParse(value).success).toBe(false);
});

it("promotes weights that are at most a hundredth worse, and all where nothing was measured", () => {
  expect(isPromoted(0.8, 0.805)).toBe(true);
  expect(isPromoted(0.79, 0.805)).toBe(false);
  expect(isPromoted(0.9, 0.1)).toBe(true);
  expect(isPromoted(null, 0.9)).toBe(true);
  expect(isPromoted(0.1, null)).toBe(true);
});
