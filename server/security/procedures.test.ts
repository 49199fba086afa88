import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRole, roles } from "../../core/roles.ts";
import type { Access } from "../access.ts";
import type { SignedInUser } from "../auth/authentication.ts";
import { appRouter } from "../root.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createCallerFactory } from "../trpc.ts";
import { asUser, type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";
import { openProcedures } from "./open-routes.ts";

interface Procedure {
  readonly _def: { readonly type: string; readonly meta?: { readonly access?: Access } };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
const createCaller = createCallerFactory(appRouter);

let server: TestServer;
let cast: Cast;
let standing: Scene;
beforeAll(async () => {
  server = await startTestServer();
  cast = await castPeople(server);
  standing = await setScene(server, everyRole(cast));
  await setScene(server, [[cast.outsider, "owner"]]);
});
afterAll(() => server.close());

/** What the check of roles said: a refusal's code, or `passed`, whatever became of the call behind it. */
async function knock(path: string, who: SignedInUser | null, input: unknown): Promise<string> {
  let target: unknown = createCaller({ services: server.services, user: who });
  for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
  try {
    const result = await (target as (input: unknown) => Promise<unknown>)(input);
    await (result as Partial<AsyncGenerator> | null)?.return?.(undefined);
    return "passed";
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    const refusalSays =
      /^(Sign in first|There is nothing here, or you are not|This needs the role|Only an administrator)/;
    return refusalSays.test(error.message) ? error.code : "passed";
  }
}

it("finds the procedures", () => {
  expect(procedures.length).toBeGreaterThan(40);
  expect(procedures.filter(([, one]) => one._def.meta?.access?.kind === "project").length).toBeGreaterThan(10);
});

describe.each(procedures)("%s", (path, { _def }) => {
  const access = _def.meta?.access;

  it("names its access", () => {
    expect(access, `${path} was not made from a procedure of server/trpc.ts`).toBeDefined();
    if (access?.kind === "public" || access?.kind === "signed-in")
      expect(openProcedures, `say in open-routes.ts why ${path} needs no role in a project`).toHaveProperty([path]);
  });

  it("refuses strangers", async () => {
    const said = await knock(path, null, standing);
    expect(said).toBe(access?.kind === "public" ? "passed" : "UNAUTHORIZED");
  });

  if (access?.kind === "administrator")
    it("is for administrators, whatever role somebody has in projects", async () => {
      for (const role of roles) expect(await knock(path, asUser(cast.members[role]), {})).toBe("FORBIDDEN");
      expect(await knock(path, asUser(cast.administrator, true), {})).toBe("passed");
    });

  if (access?.kind === "project" || access?.kind === "volume") {
    it("hides from the owner of another project and from administrators that there is something", async () => {
      expect(await knock(path, asUser(cast.outsider), standing)).toBe("NOT_FOUND");
      expect(await knock(path, asUser(cast.administrator, true), standing)).toBe("NOT_FOUND");
      const nowhere = "00000000-0000-4000-8000-000000000000";
      expect(await knock(path, asUser(cast.outsider), { projectId: nowhere, volumeId: nowhere })).toBe("NOT_FOUND");
    });

    it(`refuses below ${access.role}, lets ${access.role} and above pass`, async () => {
      for (const role of roles)
        if (!hasRole(role, access.role))
          expect(await knock(path, asUser(cast.members[role]), standing), role).toBe("FORBIDDEN");
      for (const role of roles)
        if (hasRole(role, access.role)) {
          const own = await setScene(server, everyRole(cast));
          expect(await knock(path, asUser(cast.members[role]), own), role).toBe("passed");
        }
    });
  }
});
