import { afterAll, beforeAll, expect, it } from "vitest";
import { noNuclei } from "../../../core/dashboard/course-of-days.ts";
import type { ListedNucleus } from "../../../core/labels/nucleus-columns.ts";
import { nucleusDay, trainingBox } from "../../../db/schema/index.ts";
import { seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { readCountBasis, readNucleusCounts, storeNucleusCount } from "./nucleus-count.ts";
import { countDay, readNucleusDays } from "./nucleus-day.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it("counts are fresh until a box that is kept out comes or goes, and then again when they are counted", async () => {
  const { services } = server;
  const owner = await server.signUp("Owner");
  const projectId = await server.createProject("Embryos", [[owner, "owner"]]);
  const [volumeId, otherId] = [
    await seedVolume(services, { projectId, createdBy: owner.id }),
    await seedVolume(services, { projectId, createdBy: owner.id }),
  ];
  const freshOf = async () =>
    Object.fromEntries((await readNucleusCounts(services.db, projectId)).map((row) => [row.volumeId, row.isFresh]));
  const count = async (id: string) => {
    const basis = await readCountBasis(services.db, id);
    const reviewed = { toReview: 1, approved: 1, sentBack: 0 };
    const counted = {
      truth: 2,
      unfinished: 0,
      trainable: 1,
      trainableApproved: 0,
      ...reviewed,
      position: 0,
      basis: basis?.key ?? "",
    };
    await storeNucleusCount(services.db, { volumeId: id, ...counted }, noNuclei);
    return basis;
  };
  expect(await freshOf()).toEqual({ [volumeId]: false, [otherId]: false });
  for (const id of [volumeId, otherId]) await count(id);
  expect(await freshOf()).toEqual({ [volumeId]: true, [otherId]: true });
  await services.db
    .insert(trainingBox)
    .values({ volumeId, kind: "validation", minZyx: [0, 0, 0], maxZyx: [1, 2, 3], createdBy: owner.id });
  expect(await freshOf()).toEqual({ [volumeId]: false, [otherId]: true });
  expect((await count(volumeId))?.keptBoxes).toEqual([{ minZyx: [0, 0, 0], maxZyx: [1, 2, 3] }]);
  expect(await freshOf()).toEqual({ [volumeId]: true, [otherId]: true });
});

it("the count of a day is what was counted last on it, and an earlier state never replaces it", async () => {
  const { services } = server;
  const owner = await server.signUp("Day owner");
  const projectId = await server.createProject("Days", [[owner, "owner"]]);
  const volumeId = await seedVolume(services, { projectId, createdBy: owner.id });
  const none = { truth: 0, unfinished: 0, trainable: 0, trainableApproved: 0, toReview: 0, approved: 0, sentBack: 0 };
  const store = (position: number, accepted: number) =>
    storeNucleusCount(services.db, { volumeId, ...none, position, basis: "same" }, { ...noNuclei, accepted });
  const days = () => readNucleusDays(services.db, projectId, "2000-01-01");
  for (const [position, accepted] of [
    [1, 5],
    [3, 7],
    [2, 6],
  ])
    await store(position, accepted);
  const today = { ...noNuclei, volumeId, day: new Date().toISOString().slice(0, 10), accepted: 7 };
  expect(await days()).toEqual([today]);
  await services.db.update(nucleusDay).set({ day: "1999-12-24" });
  await services.db.insert(nucleusDay).values({ ...noNuclei, volumeId, day: "1999-12-31", corrected: 2 });
  await store(4, 8);
  // Of the days before, the last alone: what the course begins with.
  expect((await days()).map(({ day, accepted, corrected }) => [day, accepted, corrected]).sort()).toEqual([
    ["1999-12-31", 0, 2],
    [today.day, 8, 0],
  ]);
});

it("counts the statuses and classes of what people vouched for", () => {
  const row = (status: number, className: string | null, review = 0) =>
    ({ status, className, review }) as unknown as ListedNucleus;
  const [, accepted, corrected, rejected, unfinished] = [0, 1, 2, 3, 4];
  const rows = [
    ...[row(accepted, "mitotic", 2), row(accepted, null), row(corrected, "mitotic"), row(corrected, "constructor", 2)],
    ...[row(rejected, "mitotic"), row(unfinished, "mitotic"), row(unfinished, null)],
  ];
  expect(countDay(rows)).toEqual({
    ...{ accepted: 2, corrected: 2, unfinished: 2, approved: 2 },
    classes: { mitotic: 2, constructor: 1 },
  });
});
