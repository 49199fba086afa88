import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { roomName } from "../../core/sync/document/document-layout.ts";
import { appRouter } from "../root.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createCallerFactory } from "../trpc.ts";
import { asUser, type Scene, setScene } from "./cast.ts";

/** What somebody with an account can ask for at once. */

let server: TestServer;
let ada: TestPerson;
let grace: TestPerson;
let scene: Scene;
const asking = (person: TestPerson) =>
  createCallerFactory(appRouter)({ services: server.services, user: asUser(person) });
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  grace = await server.signUp("Grace");
  scene = await setScene(server, [
    [ada, "owner"],
    [grace, "annotator"],
  ]);
});
afterAll(() => server.close());

it("what costs much is bounded for one person, in words, and not for another", async () => {
  const make = (person: TestPerson) => asking(person).project.create({ name: "One of many" });
  const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => make(ada)));
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused.length).toBeGreaterThanOrEqual(15);
  expect(refused.length).toBeLessThanOrEqual(20);
  expect(refused[0]).toMatchObject({
    code: "TOO_MANY_REQUESTS",
    cause: { tag: "too-many-calls", hint: expect.stringMatching(/Try again in \d+ seconds?/) },
  });
  expect(await make(grace)).toHaveProperty("projectId");
});

it("streams of events are bounded for one person, and free again when they end", async () => {
  const { projectId } = scene;
  const open = async (person: TestPerson, gone: AbortController) => {
    const stream = await createCallerFactory(appRouter)(
      { services: server.services, user: asUser(person) },
      { signal: gone.signal },
    ).event.ofProject({ projectId });
    const iterator = stream[Symbol.asyncIterator]();
    const said = iterator.next().then(
      () => "heard",
      (error: { code: string }) => error.code,
    );
    return { said, end: () => iterator.return?.(undefined) };
  };
  const gone = new AbortController();
  const streams = await Promise.all(Array.from({ length: 60 }, () => open(ada, gone)));
  server.services.events.publish({ topic: "queue", projectId });
  const said = await Promise.all(streams.map((one) => one.said));
  expect(said.filter((one) => one === "heard")).toHaveLength(48);
  expect(said.filter((one) => one === "TOO_MANY_REQUESTS")).toHaveLength(12);
  const other = await open(grace, gone);
  server.services.events.publish({ topic: "queue", projectId });
  expect(await other.said).toBe("heard");
  await streams.find((_, i) => said[i] === "heard")?.end();
  const again = await open(ada, gone);
  server.services.events.publish({ topic: "queue", projectId });
  expect(await again.said).toBe("heard");
});

it("sockets of shared documents are bounded for one person", async () => {
  const open = (person: TestPerson) => {
    const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/${roomName(scene.volumeId, 1)}`, {
      headers: { origin: server.address, cookie: person.cookie },
    });
    const said = new Promise<string>((resolve) => {
      socket.once("open", () => resolve("open"));
      socket.once("unexpected-response", (_request, response) => {
        resolve(String(response.statusCode));
        socket.terminate();
      });
      socket.on("error", () => {});
    });
    return { socket, said };
  };
  const sockets: WebSocket[] = [];
  for (let i = 0; i < 50; i++) {
    const one = open(ada);
    sockets.push(one.socket);
    await one.said;
  }
  // Beyond the bound a socket is opened to be told why, and closed.
  const stillOpen = () => sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  await expect.poll(stillOpen).toBe(32);
  const other = open(grace);
  expect(await other.said).toBe("open");
  for (const socket of [...sockets, other.socket]) socket.terminate();
});
