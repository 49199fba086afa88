import { TRPCError } from "@trpc/server";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { user } from "../../db/schema/index.ts";
import { isUnfitText } from "../database/unfit-text.ts";
import { appRouter } from "../root.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { createCallerFactory } from "../trpc.ts";
import { asUser, type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";

/** Inputs that are called names, but are only compared with what is stored. */
const comparedOnly: Readonly<Record<string, string>> = {
  "project.delete.name": "must equal the project's name, which may be older than the rule",
  "volume.delete.name": "must equal the volume's name, which may be older than the rule",
  "training.keepSpecimenOut.specimen": "says which volumes are meant",
};

const hostile: Readonly<Record<string, string>> = {
  NUL: "na\0me",
  "a line break": "na\nme",
  "a zero-width space": "na\u200bme",
  "a bidi override": "\u202ename",
  "a lone surrogate": "na\ud800me",
  "nothing to be seen": "\u3164\u3164",
};

interface Procedure {
  readonly _def: { readonly inputs: readonly z.ZodType[] };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

/** `path.field` of each text that is a name, with its schema; through objects, optional ones too. */
function namesIn(schema: unknown, at: string): [string, z.ZodType][] {
  const def = (schema as { _zod?: { def: Record<string, unknown> } })._zod?.def;
  if (!def) return [];
  if (def.innerType) return namesIn(def.innerType, at);
  if (def.type === "object")
    return Object.entries(def.shape as Record<string, z.ZodType>).flatMap(([key, one]) => namesIn(one, `${at}.${key}`));
  return def.type === "string" && /(name|specimen)$/i.test(at) ? [[at, schema as z.ZodType]] : [];
}
const names = procedures.flatMap(([path, { _def }]) => _def.inputs.flatMap((input) => namesIn(input, path)));

it("finds the names", () => {
  const found = names.map(([at]) => at);
  expect(found).toContain("account.rename.name");
  expect(found).toContain("project.update.fields.name");
  expect(found).toContain("volume.startImport.specimen");
  expect(found.length).toBeGreaterThan(12);
});

describe.each(names)("%s", (at, schema) => {
  if (comparedOnly[at]) {
    it(`may be anything: it ${comparedOnly[at]}`, () => {});
    return;
  }
  it("is taken where it can be read, and refused where it hides something", () => {
    expect(schema.safeParse("Zoë’s embryo, №3 (李)").success).toBe(true);
    for (const [what, name] of Object.entries(hostile)) expect(schema.safeParse(name).success, what).toBe(false);
  });
});

describe("a running server", () => {
  let server: TestServer;
  let cast: Cast;
  let scene: Scene;
  beforeAll(async () => {
    server = await startTestServer();
    cast = await castPeople(server);
    scene = await setScene(server, everyRole(cast));
  });
  afterAll(() => server.close());
  const insertPerson = (name: string, local: string) =>
    server.services.db.transaction((tx) =>
      server.services.authentication.insertUser({ name, email: `${local}@example.org`, passwordHash: "x" }, tx),
    );

  it.each(procedures.map(([path]) => path))("%s refuses a NUL in any text, with words", async (path) => {
    const user = asUser(cast.members.owner, true);
    let target: unknown = createCallerFactory(appRouter)({ services: server.services, user });
    for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
    const input = { ...scene, deep: [{ text: "a\0b" }] };
    const said = await (target as (input: unknown) => Promise<unknown>)(input).catch((error) => error);
    expect(said).toBeInstanceOf(TRPCError);
    expect(said).toMatchObject({ code: "BAD_REQUEST", message: expect.stringContaining("NUL") });
  });

  it("answers a NUL at its other routes with a refusal, not with a failure", async () => {
    const post = (path: string, body: unknown, cookie = "") =>
      fetch(server.address + path, {
        method: "POST",
        headers: { "content-type": "application/json", cookie },
        body: JSON.stringify(body),
      });
    const upload = { fileName: "em\0bryo.tif", sizeBytes: 10, fingerprint: "f".repeat(20) };
    const uploads = `/api/projects/${scene.projectId}/uploads`;
    expect((await post(uploads, upload, cast.members.owner.cookie)).status).toBe(422);
    expect((await post("/api/auth/sign-in/email", { email: "a\0b@example.org", password: "x" })).status).toBe(400);
    const email = cast.members.owner.email;
    expect((await post("/api/auth/sign-in/email", { email, password: "x\0" })).status).toBe(401);
    expect((await fetch(`${server.address}/api/projects/%00/uploads`, { method: "POST" })).status).toBe(401);
    const refused = await server.services.db.execute(sql`select ${"a\0b"}::text`).catch((error) => error);
    expect(isUnfitText(refused)).toBe(true);
    const inJson = await server.services.db.execute(sql`select ${'{"a":"\\u0000"}'}::jsonb`).catch((error) => error);
    expect(isUnfitText(inJson)).toBe(true);
  });

  it("lets nobody take a name that looks like another person's", async () => {
    const client = createTestClient(server.address, cast.members.viewer.cookie);
    for (const name of ["Owner", "owner", "Ｏｗｎｅｒ", "Оwner" /* Cyrillic */, "Ówner"])
      await expect(client.account.rename.mutate({ name }), name).rejects.toThrow("looks like it");
    await client.account.rename.mutate({ name: "VIEWER" }); // looks like one's own
    const taken = insertPerson("0wner", "other");
    await expect(taken).rejects.toMatchObject({ tag: "name-taken" });
    expect(await server.services.db.select().from(user)).toHaveLength(6);
  });

  it("of two who want one name at once, one gets it", async () => {
    const made = await Promise.allSettled(["a", "b", "c"].map((local) => insertPerson("Grace Hopper", local)));
    expect(made.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  });
});
