import { createInterface } from "node:readline";
import { project, projectMember } from "../../../db/schema/index.ts";
import { readEnvironment } from "../../env.ts";
import { startServer } from "../../start-server.ts";
import { copyClusterTemplate } from "../../testing/cluster-template.ts";
import { signIn, TEST_PASSWORD } from "../../testing/test-server.ts";
import { PostgresBaseStore } from "../base/postgres-base-store.ts";
import { PostgresRoomStore } from "../journal/postgres-room-store.ts";
import { createReadyVolume } from "./collab-fixture.ts";
import { foldAll } from "./fold-all.ts";

/**
 * A server in a process of its own, to be killed: `server-process.ts <data root> [people]`. Prints one line of JSON with
 * its address; with `people`, it first makes two annotators and a volume, and prints their cookies too. One of several takes the
 * rest of its environment from SERVER_ENVIRONMENT, as JSON.
 */
const [dataRoot, people] = process.argv.slice(2);
await copyClusterTemplate(dataRoot);
const { address, services } = await startServer(
  readEnvironment({
    KARYOLOOP_DATA: dataRoot,
    PORT: "0",
    KARYOLOOP_TRAINER: "none",
    NODE_ENV: "test",
    ...JSON.parse(process.env.SERVER_ENVIRONMENT ?? "{}"),
  }),
  async () => null,
);

async function makePeople(): Promise<{ cookies: string[]; volumeId: string }> {
  const cookies: string[] = [];
  const ids: string[] = [];
  for (const name of ["ada", "ben"]) {
    const email = `${name}@example.org`;
    const { id } = await services.authentication.createUser({ name, email, password: TEST_PASSWORD });
    ids.push(id);
    cookies.push(await signIn(address, email));
  }
  const [{ id: projectId }] = await services.db
    .insert(project)
    .values({ name: "p", createdBy: ids[0] })
    .returning({ id: project.id });
  await services.db
    .insert(projectMember)
    .values(ids.map((userId) => ({ projectId, userId, role: "annotator" as const, pseudonym: userId })));
  const volumeId = await createReadyVolume(services, { projectId, createdBy: ids[0], shapeZyx: [30, 80, 140] });
  return { cookies, volumeId };
}

/** Ends this process as a power cut would, at the n-th step that a fold or repair takes from now on. */
function dieAtStep(step: number): void {
  let steps = 0;
  const reach = () => {
    if (steps++ === step) process.kill(process.pid, "SIGKILL");
  };
  const between = <K extends string>(
    owner: Record<K, (...given: never[]) => Promise<unknown>>,
    names: readonly K[],
  ) => {
    for (const name of names) {
      const original = owner[name];
      owner[name] = async function (this: unknown, ...given: never[]) {
        reach();
        const done = await original.apply(this, given);
        reach();
        return done;
      };
    }
  };
  between(PostgresBaseStore.prototype, ["readBrick", "writeBrick", "writeFacts", "readFolded", "readHistory", "take"]);
  between(PostgresRoomStore.prototype, ["writeState"]);
}

/** `fold <volume> <step>` from whoever started it: everything is folded, and the process dies at that step, if it comes. */
createInterface({ input: process.stdin }).on("line", (line) => {
  const [, volume, step] = line.split(" ");
  dieAtStep(Number(step));
  void foldAll(services, volume).then(() => console.log(JSON.stringify({ folded: true })));
});

console.log(JSON.stringify({ address, ...(people && (await makePeople())) }));
