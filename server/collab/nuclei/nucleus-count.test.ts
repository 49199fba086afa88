import { afterAll, beforeAll, expect, it } from "vitest";
import { noNuclei } from "../../../core/dashboard/course-of-days.ts";
import { trainingBox } from "../../../db/schema/index.ts";
import { seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { readCountBasis, readNucleusCounts, storeNucleusCount } from "./nucleus-count.ts";

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
