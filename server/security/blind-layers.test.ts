import { TRPCError } from "@trpc/server";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { roomName } from "../../core/sync/document/document-layout.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import { nucleusClass, projectMember, study } from "../../db/schema/index.ts";
import { type Access, isOpenAtDesks } from "../access.ts";
import { issuePersonalToken } from "../auth/personal-token.ts";
import { httpRoutes } from "../http/routes.ts";
import { appRouter } from "../root.ts";
import { startStudy } from "../studies/start-study.ts";
import { drawNuclei, layersOf, openRoom, type SeatedLayer } from "../studies/testing/blind-scene.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createCallerFactory } from "../trpc.ts";
import { asUser, type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";

/**
 * While people draw a box blind, nobody but its annotator learns of a layer, whatever they call: every procedure, every route
 * and the socket are walked with the layer's own ids, and every list of the study's project is searched for it.
 */

interface Procedure {
  readonly _def: { readonly type: "query" | "mutation" | "subscription"; readonly meta?: { readonly access?: Access } };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
const kindOf = ({ _def }: Procedure) => _def.meta?.access?.kind;
const ofPlaces = procedures.filter(([, one]) => kindOf(one) === "project" || kindOf(one) === "volume");

/** Of what the annotator draws: nobody else reads it anywhere. */
const SECRET = "lobed-after-all";
const box: VoxelBox = { minZyx: [2, 4, 8], maxZyx: [12, 40, 56] };

let server: TestServer;
let cast: Cast;
let scene: Scene;
let layer: SeatedLayer;
let otherLayer: SeatedLayer;
let studyId: string;
let drawn: CollabDocument;
let annotator: TestPerson;
let tokens: readonly string[];
/** Who must not know: the other annotator, the adjudicator, owners, strangers. */
let others: readonly (readonly [string, TestPerson, boolean])[];

beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: "127.0.0.1" });
  cast = await castPeople(server);
  const other = await server.signUp("other annotator");
  scene = await setScene(server, [...everyRole(cast), [other, "annotator"]]);
  await setScene(server, [[cast.outsider, "owner"]]);
  const { db } = server.services;
  annotator = cast.members.annotator;
  await db.insert(nucleusClass).values({ projectId: scene.projectId, name: "mitotic", numberKey: 1, color: "#e69f00" });
  ({ studyId } = await startStudy(server.services, {
    ...scene,
    box,
    annotatorIds: [annotator.id, other.id],
    adjudicatorId: cast.members.reviewer.id,
    beginsWith: "nothing",
    by: cast.members.owner.id,
  }));
  [layer, otherLayer] = await layersOf(server, studyId, [annotator, other]);
  drawn = await openRoom(server, annotator, layer.volumeId, [16, 48, 64]);
  await drawNuclei(drawn, [{ box: { minZyx: [3, 6, 10], maxZyx: [5, 10, 14] }, class: SECRET }]);
  others = [
    ["the other annotator", other, false],
    ["the adjudicator", cast.members.reviewer, false],
    ["the owner", cast.members.owner, false],
    ["a viewer", cast.members.viewer, false],
    ["an outsider", cast.outsider, false],
    ["an administrator", cast.administrator, true],
  ];
  const given = { name: "program", scope: "manage", projectIds: null, days: 1 } as const;
  tokens = await Promise.all(
    [annotator, other, cast.members.owner].map(
      async ({ id }) => (await issuePersonalToken(db, { ...given, userId: id })).token,
    ),
  );
});
afterAll(async () => {
  drawn?.close();
  await server.close();
});

const caller = createCallerFactory(appRouter);
async function call(path: string, person: TestPerson, isAdministrator: boolean, input: unknown): Promise<unknown> {
  let target: unknown = caller({ services: server.services, user: asUser(person, isAdministrator) });
  for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
  const result = await (target as (input: unknown) => Promise<unknown>)(input);
  await (result as Partial<AsyncGenerator> | null)?.return?.(undefined);
  return result;
}
const codeOf = (knocking: Promise<unknown>): Promise<string> =>
  knocking.then(
    () => "passed",
    (error: unknown) => (error instanceof TRPCError ? error.code : String(error)),
  );
const atLayer = () => ({ projectId: layer.deskId, volumeId: layer.volumeId });

it("the layer holds what must not be read, and its annotator reads it", async () => {
  expect(JSON.stringify(await call("nucleus.list", annotator, false, atLayer()))).toContain(SECRET);
  expect(await codeOf(call("volume.byId", annotator, false, atLayer()))).toBe("passed");
  expect(ofPlaces.length).toBeGreaterThan(60);
});

describe.each(ofPlaces)("%s", (path, one) => {
  it("is not there for anybody else", async () => {
    for (const [who, person, isAdministrator] of others)
      expect(await codeOf(call(path, person, isAdministrator, atLayer())), who).toBe("NOT_FOUND");
  });

  if (one._def.type === "mutation" && !isOpenAtDesks("mutation", path))
    it("is closed at the desk", async () =>
      expect(await codeOf(call(path, annotator, false, atLayer()))).toBe("FORBIDDEN"));
});

it("everything that lists something of the project, or of the person, leaves the layer out", async () => {
  const secrets = [layer.volumeId, layer.deskId, otherLayer.deskId, SECRET];
  const queries = procedures.filter(([, { _def }]) => _def.type === "query");
  const asked: string[] = [];
  for (const [path] of queries)
    for (const [who, person, isAdministrator] of others) {
      const said = await call(path, person, isAdministrator, { ...scene, studyId }).catch(() => null);
      if (said === null) continue;
      asked.push(path);
      const text = JSON.stringify(said) ?? "";
      const own = who === "the other annotator" ? [layer.volumeId, layer.deskId, SECRET] : secrets;
      for (const secret of own) expect(text.includes(secret), `${path} tells ${who} ${secret}`).toBe(false);
    }
  for (const path of [
    "project.list",
    "volume.list",
    "study.ofProject",
    "study.byId",
    "task.waiting",
    "dashboard.course",
  ])
    expect(asked).toContain(path);
}, 120_000);

it("an annotator's own lists have the layer where it belongs, and nowhere else", async () => {
  const own = JSON.stringify(await call("study.mine", annotator, false, undefined));
  expect(own).toContain(layer.volumeId);
  for (const path of ["project.list", "task.mine", "task.waiting", "notification.list"])
    expect(JSON.stringify(await call(path, annotator, false, undefined)), path).not.toContain(layer.deskId);
});

describe.each(
  httpRoutes
    .filter(({ access }) => access.kind === "project" || access.kind === "volume" || access.kind === "token")
    .map((route) => [`${route.method} ${route.path}`, route] as const),
)("%s", (_name, route) => {
  const url = () =>
    server.address +
    route.path
      .replace(":volumeId", layer.volumeId)
      .replace(":projectId", layer.deskId)
      .replace(/:\w+/g, "00000000-0000-4000-8000-000000000000")
      .replace("*", route.path.startsWith("/zarr/") ? "image.ome.zarr/zarr.json" : "zarr.json");
  const knock = async (headers: Record<string, string>) => {
    const body = ["POST", "PUT", "PATCH"].includes(route.method) ? { body: "" } : {};
    const response = await fetch(url(), { method: route.method, headers, ...body });
    return { status: response.status, text: await response.text() };
  };

  if (route.access.kind === "token")
    it("has no layer, whoever's program asks", async () => {
      for (const [i, token] of tokens.entries()) {
        const from = `198.18.${i}.${httpRoutes.indexOf(route) & 255}`;
        const { status, text } = await knock({ authorization: `Bearer ${token}`, "x-forwarded-for": from });
        if (route.access.kind === "token" && route.access.of !== "person") expect(status).toBe(404);
        for (const secret of [layer.volumeId, layer.deskId, SECRET]) expect(text).not.toContain(secret);
      }
    });
  else
    it("is not there for anybody else, and at a desk nothing is uploaded or downloaded", async () => {
      for (const [who, { cookie }] of others) expect((await knock({ cookie })).status, who).toBe(404);
      // By the role that they have there, or as there is nothing.
      if (route.access.kind === "project")
        expect([403, 404]).toContain((await knock({ cookie: annotator.cookie })).status);
    });
});

/** `open`, or the status of the refusal. */
function knockAtSocket(person: TestPerson): Promise<"open" | number> {
  const url = `${server.address.replace("http", "ws")}/collab/${roomName(layer.volumeId, 1)}`;
  const socket = new WebSocket(url, { headers: { origin: server.address, cookie: person.cookie } });
  return new Promise((resolve) => {
    socket.once("open", () => resolve("open"));
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("error", () => {});
  }).finally(() => socket.terminate()) as Promise<"open" | number>;
}

it("the room lets its annotator in, and nobody else", async () => {
  expect(await knockAtSocket(annotator)).toBe("open");
  for (const [who, person] of others) expect(await knockAtSocket(person), who).toBe(403);
});

it("the image of the study's volume is seen through the layer, by its annotator alone, and no label of it", async () => {
  const { blobs } = server.services;
  const parent = `volumes/${scene.volumeId}/`;
  await blobs.put(`${parent}image.ome.zarr/zarr.json`, Buffer.from('{"image":true}'));
  await blobs.put(`${parent}image.ome.zarr/labels/zarr.json`, Buffer.from('{"labels":true}'));
  await blobs.put(`${parent}predictions/${studyId}/labels.ome.zarr/zarr.json`, Buffer.from('{"proposals":true}'));
  const get = async (path: string, { cookie }: TestPerson) => {
    const response = await fetch(`${server.address}/zarr/${layer.volumeId}/${path}`, { headers: { cookie } });
    return response.status === 200 ? response.text() : response.status;
  };
  expect(await get("image.ome.zarr/zarr.json", annotator)).toBe('{"image":true}');
  expect(await get("image.ome.zarr/labels/zarr.json", annotator)).toBe(404);
  expect(await get(`predictions/${studyId}/labels.ome.zarr/zarr.json`, annotator)).toBe(404);
  for (const [who, person] of others) expect(await get("image.ome.zarr/zarr.json", person), who).toBe(404);
});

it("somebody who leaves the project loses their layer; whoever takes an owner's role while it is drawn sees nothing", async () => {
  const { db } = server.services;
  const owner = cast.members.owner;
  await call("member.setRole", owner, false, {
    projectId: scene.projectId,
    userId: cast.members.viewer.id,
    role: "owner",
  });
  expect(await codeOf(call("volume.byId", cast.members.viewer, false, atLayer()))).toBe("NOT_FOUND");
  await call("member.remove", owner, false, { projectId: scene.projectId, userId: annotator.id });
  expect(await codeOf(call("volume.byId", annotator, false, atLayer()))).toBe("NOT_FOUND");
  expect(await knockAtSocket(annotator)).toBe(403);
  const seats = await db
    .select()
    .from(projectMember)
    .where(and(eq(projectMember.projectId, layer.deskId)));
  expect(seats).toEqual([]);
  expect((await db.select().from(study).where(eq(study.id, studyId)))[0].state).toBe("drawing");
});
