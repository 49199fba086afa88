import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prediction, proposal } from "../../../db/schema/index.ts";
import { seedProposals, seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { readByFacts } from "./volume-facts.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it("reads again where another prediction took the place of the one that was being read, and not otherwise", async () => {
  const { services } = server;
  const { db, events } = services;
  const ada = await server.signUp("Ada");
  const projectId = await server.createProject("replaced", [[ada, "owner"]]);
  const volumeId = await seedVolume(services, { projectId, createdBy: ada.id });
  await seedProposals(services, volumeId, [{ labelValue: 21 }]);
  const [first] = await db.select().from(prediction).where(eq(prediction.volumeId, volumeId));
  const seen: (string | null | undefined)[] = [];
  const value = await readByFacts(services, volumeId, async ({ proposals }) => {
    seen.push(proposals?.currentPrefix);
    if (seen.length > 1) return "of the second";
    // What publishing does while the first image is being read.
    await db.update(prediction).set({ current: false, blobPrefix: "" }).where(eq(prediction.id, first.id));
    await db.update(proposal).set({ state: "replaced" }).where(eq(proposal.volumeId, volumeId));
    const { id: _, ...same } = first;
    await db.insert(prediction).values({ ...same, blobPrefix: "volumes/v/predictions/second/", current: true });
    events.publish({ topic: "proposals", projectId, volumeId });
    return "of the first, whose image is gone";
  });
  expect(value).toBe("of the second");
  expect(seen).toEqual([first.blobPrefix, "volumes/v/predictions/second/"]);
  let reads = 0;
  await readByFacts(services, volumeId, async () => ++reads);
  expect(reads).toBe(1);
});
