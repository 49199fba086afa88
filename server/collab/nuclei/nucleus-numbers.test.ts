import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { createReadyVolume } from "../testing/collab-fixture.ts";
import { NucleusNumbers } from "./nucleus-numbers.ts";

let server: TestServer;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  const ada = await server.signUp("Ada");
  const projectId = await server.createProject("p", [[ada, "owner"]]);
  volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx: [4, 5, 6] });
});
afterAll(() => server.close());

it("goes on from what was stored where the word that it was is lost, and gives no number twice", async () => {
  const { db } = server.services;
  let isLost = false;
  const numbers = new NucleusNumbers(db, volumeId, async (work) => {
    const result = await db.transaction(work);
    if (isLost) throw new Error("the connection was lost");
    return result;
  });
  await numbers.opened();
  await numbers.give([513, 257]);
  isLost = true;
  await expect(numbers.give([257, 1308, 770])).rejects.toThrow("lost");
  isLost = false;
  await numbers.opened();
  await numbers.give([770, 1308, 9]);
  const told = [257, 513, 770, 1308, 9].map((label) => numbers.of(label));
  expect(told).toEqual([1, 2, 3, 4, 5]);
  const again = new NucleusNumbers(db, volumeId, (work) => db.transaction(work));
  await again.opened();
  expect([257, 513, 770, 1308, 9].map((label) => again.of(label))).toEqual(told);
});
