import { project, projectMember } from "../../db/schema/index.ts";
import { createReadyVolume } from "../../server/collab/testing/collab-fixture.ts";
import { readEnvironment } from "../../server/env.ts";
import { startServer } from "../../server/start-server.ts";
import { copyClusterTemplate } from "../../server/testing/cluster-template.ts";
import { signIn, TEST_PASSWORD } from "../../server/testing/test-server.ts";
import type { AbuseWorld } from "./abuse-world.ts";

/**
 * The server that is attacked, in a process of its own: `server-process.ts <data root> [world]`. Prints one line of JSON:
 * its address, and with `world` the project, the volume and the people too.
 */
const [dataRoot, wantsWorld] = process.argv.slice(2);
const SHAPE_ZYX = [48, 200, 260] as const;
await copyClusterTemplate(dataRoot);

const { address, services } = await startServer(
  readEnvironment({ KARYOLOOP_DATA: dataRoot, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
  async () => null,
);

async function createAccount(name: string): Promise<{ id: string; cookie: string }> {
  const email = `${name}@example.org`;
  const { id } = await services.authentication.createUser({ name, email, password: TEST_PASSWORD });
  return { id, cookie: await signIn(address, email) };
}

async function createProject(name: string, members: readonly (readonly [string, "viewer" | "annotator" | "owner"])[]) {
  const [{ id }] = await services.db
    .insert(project)
    .values({ name, createdBy: members[0][0] })
    .returning({ id: project.id });
  await services.db
    .insert(projectMember)
    .values(members.map(([userId, role]) => ({ projectId: id, userId, role, pseudonym: userId })));
  return id;
}

async function createWorld(): Promise<AbuseWorld> {
  const people: { id: string; cookie: string }[] = [];
  for (const name of ["ada", "ben", "vic", "mal", "otto"]) people.push(await createAccount(name));
  const [ada, ben, viewer, annotator, owner] = people;
  const projectId = await createProject("painted", [
    [ada.id, "annotator"],
    [ben.id, "annotator"],
    [viewer.id, "viewer"],
    [annotator.id, "annotator"],
  ]);
  return {
    address,
    projectId,
    volumeId: await createReadyVolume(services, { projectId, createdBy: ada.id, shapeZyx: SHAPE_ZYX }),
    shapeZyx: SHAPE_ZYX,
    ownProjectId: await createProject("another", [[owner.id, "owner"]]),
    cookies: { viewer: viewer.cookie, annotator: annotator.cookie, owner: owner.cookie },
    honestCookies: [ada.cookie, ben.cookie],
  };
}

console.log(JSON.stringify(wantsWorld ? await createWorld() : { address }));
