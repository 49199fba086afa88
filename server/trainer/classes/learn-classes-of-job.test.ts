import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { balancedAccuracy } from "../../../core/classes/class-counts.ts";
import { proposeClass } from "../../../core/classes/nucleus-classifier.ts";
import { measureFeatures } from "../../../core/classes/nucleus-features.ts";
import { createTwoKinds, cutOut, kinds, type TwoKinds } from "../../../core/classes/testing/two-kinds.ts";
import { classScoresSchema } from "../../../core/contract/class-scores.ts";
import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import type { ClaimedTrainJob } from "../../../core/contract/trainer-job.ts";
import type { LabelStatus } from "../../../core/labels/label-status.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { openJobVolume } from "../bricks/open-job-volume.ts";
import { shapesOf } from "../bricks/shapes-of.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import { serveVolume } from "../testing/served-volume.ts";
import { learnClassesOfJob } from "./learn-classes-of-job.ts";
import { findLabels, measureOneByOne } from "./measure-nuclei.ts";

/** Whole numbers, as microscopes give them. */
const stored = (volume: TwoKinds): TwoKinds => ({ ...volume, image: volume.image.map(Math.round) });
const learn = (volumes: readonly ReturnType<typeof serveVolume>[]) =>
  learnClassesOfJob({
    job: {
      kind: "train",
      jobId: randomUUID(),
      seed: 5,
      volumes: volumes.map(({ volume }) => volume),
    } as unknown as ClaimedTrainJob,
    check() {},
    readBlob: async (key) => volumes.find(({ volume }) => key.includes(volume.volumeId))?.readBlob(key),
  });

type Frozen = SnapshotManifest["nuclei"][number];
const nucleus = (label: number, name: string | null, status: LabelStatus = "accepted"): Frozen => ({
  label,
  status,
  class: name,
  origin: null,
  by: null,
});
const truthOf = ({ kindOf }: TwoKinds) => [...kindOf].map(([label, kind]) => nucleus(label, kind));
const turned = (nuclei: readonly Frozen[]) =>
  nuclei.map((one) => ({ ...one, class: one.class === kinds[0] ? kinds[1] : kinds[0] }));
const featuresOf = (volume: TwoKinds) =>
  measureFeatures(
    { ...volume, window: measureWindow(volume.image), shapes: shapesOf(volume.labels, volume) },
    () => true,
  );

it("measures nuclei one by one, across bricks and at the border, as all of a volume at once", async () => {
  const whole = stored(createTwoKinds(21));
  const volume = { ...whole, ...cutOut(whole, [5, 0, 0], [17, 80, 88]) };
  const { volume: served, readBlob } = serveVolume(volume, { nuclei: truthOf(volume) });
  const opened = await openJobVolume(readBlob, served, createChunkCache(64 << 20));
  const boxes = await findLabels(opened, (label) => label % 5 !== 0);
  const expected = findObjects(volume.labels, volume.shapeZyx).filter(({ label }) => label % 5 !== 0);
  expect(boxes).toEqual(new Map(expected.map(({ label, box }) => [label, box])));
  expect(expected.some(({ box }) => box.minZyx[2] < 64 && box.maxZyx[2] > 64)).toBe(true);
  const all = featuresOf(volume);
  expect([...all.values()].some(([volumeOf]) => volumeOf === null)).toBe(true);
  const measured = new Map<number, readonly (number | null)[]>();
  for await (const { label, features } of measureOneByOne(opened, measureWindow(volume.image), boxes))
    measured.set(label, features);
  expect(measured.size).toBe(boxes.size);
  for (const [label, features] of measured)
    features.forEach((value, k) => {
      const atOnce = all.get(label)?.[k] ?? null;
      if (value === null || atOnce === null) expect(value).toBe(atOnce);
      else expect(value).toBeCloseTo(atOnce, 9);
    });
}, 120_000);

it("learns from finished nuclei of what a training may see, and from nothing else", async () => {
  const [one, other, unseen] = [31, 32, 33].map((seed) => stored(createTwoKinds(seed)));
  const half = [0, 0, Math.floor(one.shapeZyx[2] / 2)] as const;
  const validation = { kind: "validation", box: { minZyx: half, maxZyx: one.shapeZyx } } as const;
  const places = new Map(findObjects(one.labels, one.shapeZyx).map(({ label, box }) => [label, box]));
  const isKept = (label: number) => (places.get(label)?.maxZyx[2] ?? 0) > half[2];
  // Whatever must not be learned from has the other class.
  const served = [
    serveVolume(one, {
      nuclei: [
        ...truthOf(one).filter(({ label }) => !isKept(label)),
        ...turned(truthOf(one).filter(({ label }) => isKept(label))),
      ],
      boxes: [validation],
    }),
    serveVolume(other, {
      nuclei: truthOf(other).map((its, i) => (i % 3 ? its : { ...turned([its])[0], status: "unfinished" as const })),
    }),
    serveVolume(unseen, { nuclei: turned(truthOf(unseen)), keptOut: true }),
  ];
  const { classifier, scores } = await learn(served);
  expect(classScoresSchema.parse(scores)).toEqual(scores);
  expect(scores.measured?.by).toBe("specimen");
  expect(balancedAccuracy(scores.measured?.counts ?? [])).toBeGreaterThan(0.9);
  if (!classifier) throw new Error("nothing was learned");
  const told = [...featuresOf(unseen)].map(([label, its]) => [proposeClass(classifier, its).name, label] as const);
  const right = told.filter(([name, label]) => unseen.kindOf.get(label) === name);
  expect(right.length / told.length).toBeGreaterThan(0.9);
  expect(await learn(served)).toEqual({ classifier, scores });
}, 120_000);

it("reads nothing where too few nuclei have a class, and says which are missing", async () => {
  const volume = stored(createTwoKinds(41));
  const nuclei = truthOf(volume).map((its, i) => ({ ...its, class: i < 12 ? "early" : i < 15 ? "late" : null }));
  const { volume: described } = serveVolume(volume, { nuclei });
  const readBlob = () => Promise.reject(new Error("nothing is to be read"));
  expect(await learn([{ volume: described, readBlob }])).toEqual({
    classifier: null,
    scores: {
      given: [
        { name: "early", nuclei: 12 },
        { name: "late", nuclei: 3 },
      ],
      measured: null,
    },
  });
});
