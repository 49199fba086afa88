import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRole, type Role, roles } from "../../core/roles.ts";
import { hasScope, scopeOfRole, type TokenScope, tokenScopes } from "../../core/token-scope.ts";
import { blockPlan, personalToken, predictionBlock, trainerToken, trainingJob } from "../../db/schema/index.ts";
import { issuePersonalToken, TOKEN_PREFIX } from "../auth/personal-token.ts";
import { createToken, hashToken } from "../auth/token-hash.ts";
import { issueTrainerToken } from "../auth/trainer-token.ts";
import type { HttpRoute } from "../entrance/route.ts";
import { httpRoutes } from "../http/routes.ts";
import { type Claim, claimJob } from "../jobs/claim-job.ts";
import { seedSnapshot, seedTrainJob } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";
import { openRoutes } from "./open-routes.ts";

let server: TestServer;
let cast: Cast;
let scene: Scene;
let token: string;
let revoked: string;
let job: Claim;
let otherJob: Claim;
/** Of a trainer whose token was taken back while it worked. */
let takenBack: Claim;
let block: ClaimedBlock;
let otherBlock: ClaimedBlock;
let takenBackBlock: ClaimedBlock;
/** Of people's programs. */
const tokenOf = {} as Record<Role, Record<TokenScope, string>>;
let ended: string;
let revokedToken: string;
let otherProjectsToken: string;
let outsidersToken: string;
let administratorsToken: string;
const lease = { "x-lease-token": "1" };
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: "127.0.0.1" });
  cast = await castPeople(server);
  scene = await setScene(server, everyRole(cast));
  await setScene(server, [[cast.outsider, "owner"]]);
  token = await issueTrainerToken(server.services.db, "gpu", null);
  revoked = await issueTrainerToken(server.services.db, "old gpu", null);
  takenBack = await claimOne(revoked);
  job = await claimOne(token);
  otherJob = await claimOne(token);
  const planId = await seedPlan();
  [block, otherBlock] = [await leaseBlock(planId, 0, token), await leaseBlock(planId, 1, token)];
  takenBackBlock = await leaseBlock(planId, 2, revoked);
  await server.services.db
    .update(trainerToken)
    .set({ revokedAt: new Date() })
    .where(eq(trainerToken.tokenHash, hashToken(revoked)));
});
beforeAll(async () => {
  const { db } = server.services;
  const issue = async (person: TestPerson, scope: TokenScope, projectIds: readonly string[] | null = null) =>
    (await issuePersonalToken(db, { userId: person.id, name: "program", scope, projectIds, days: 1 })).token;
  for (const role of roles) {
    tokenOf[role] = { read: "", annotate: "", manage: "" };
    for (const scope of tokenScopes) tokenOf[role][scope] = await issue(cast.members[role], scope);
  }
  const { owner } = cast.members;
  const other = await setScene(server, [[owner, "owner"]]);
  otherProjectsToken = await issue(owner, "manage", [other.projectId]);
  outsidersToken = await issue(cast.outsider, "manage");
  administratorsToken = await issue(cast.administrator, "manage");
  ended = await issue(owner, "manage");
  await db
    .update(personalToken)
    .set({ expiresAt: new Date(Date.now() - 1000) })
    .where(eq(personalToken.tokenHash, hashToken(ended)));
  revokedToken = await issue(owner, "manage");
  await db.delete(personalToken).where(eq(personalToken.tokenHash, hashToken(revokedToken)));
});
afterAll(() => server.close());

async function claimOne(trainersToken: string): Promise<Claim> {
  const snapshotId = await seedSnapshot(server.services, scene.projectId, [scene.volumeId]);
  await seedTrainJob(server.services, { projectId: scene.projectId, snapshotId });
  const request = { trainer: "gpu", engine: "wasm" as const, leaseSeconds: 600 };
  const claimed = await claimJob(server.services.db, request, hashToken(trainersToken));
  if (!claimed) throw new Error("no job was given out");
  return claimed;
}

interface ClaimedBlock {
  readonly id: string;
  readonly token: string;
}

/** Of a prediction that somebody leads. */
async function seedPlan(): Promise<string> {
  const { projectId, volumeId } = scene;
  const payload = { kind: "predict" as const, checkpointId: NOWHERE, snapshotId: NOWHERE };
  const [{ id: jobId }] = await server.services.db
    .insert(trainingJob)
    .values({ projectId, kind: "predict", state: "leased", leaseToken: 1, payload })
    .returning({ id: trainingJob.id });
  const plan = { maxBlockVoxels: 1 } as typeof blockPlan.$inferInsert.plan;
  const [{ id }] = await server.services.db
    .insert(blockPlan)
    .values({ jobId, volumeId, leaseToken: 1, plan })
    .returning({ id: blockPlan.id });
  return id;
}

async function leaseBlock(planId: string, index: number, trainersToken: string): Promise<ClaimedBlock> {
  const blocksToken = createToken();
  const [{ id }] = await server.services.db
    .insert(predictionBlock)
    .values({
      planId,
      index,
      state: "leased",
      leaseToken: 1,
      tokenHash: hashToken(blocksToken),
      claimedWith: hashToken(trainersToken),
      leaseExpiresAt: new Date(Date.now() + 600_000),
    })
    .returning({ id: predictionBlock.id });
  return { id, token: blocksToken };
}

const NOWHERE = "00000000-0000-4000-8000-000000000000";
type Place = Scene & { readonly jobId?: string; readonly blockId?: string };
const urlOf = (route: HttpRoute, at: Place): string =>
  server.address +
  route.path
    .replace(":volumeId", at.volumeId)
    .replace(":projectId", at.projectId)
    .replace(":jobId", at.jobId ?? NOWHERE)
    .replace(":blockId", at.blockId ?? NOWHERE)
    .replace(/:\w+/g, NOWHERE)
    .replace("*", route.path.startsWith("/zarr/") ? "image.ome.zarr/zarr.json" : "zarr.json");

/** `passed`, or the status of the route's refusal. A 404 of the route says "not a member"; others come from behind it. */
async function knock(route: HttpRoute, at: Place, headers: Record<string, string>): Promise<"passed" | number> {
  const response = await fetch(urlOf(route, at), {
    method: route.method,
    headers,
    ...(["POST", "PUT", "PATCH"].includes(route.method) ? { body: "" } : {}),
  });
  const text = await response.text();
  if (response.status === 401 || response.status === 403) return response.status;
  if (response.status === 404 && (text.includes("not a member of its project") || route.method === "HEAD")) return 404;
  return "passed";
}

it("the channels of a volume are behind the same route as its image", async () => {
  const [route] = httpRoutes.filter(({ path }) => path === "/zarr/:volumeId/*");
  const url = urlOf(route, scene).replace("image.ome.zarr", "channels/1.ome.zarr");
  const statusFor = async (headers: Record<string, string>) => {
    const response = await fetch(url, { headers });
    return [response.status, (await response.text()).includes("not a member of its project")];
  };
  expect(await statusFor({})).toEqual([401, false]);
  expect(await statusFor({ authorization: `Bearer ${token}` })).toEqual([401, false]);
  expect(await statusFor({ cookie: cast.outsider.cookie })).toEqual([404, true]);
  // There are none in this volume: what answers is the handler, not the check of roles.
  expect(await statusFor({ cookie: cast.members.viewer.cookie })).toEqual([404, false]);
});

it("finds the routes", () => expect(httpRoutes.length).toBeGreaterThan(8));

describe.each(httpRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", (name, route) => {
  const { access } = route;

  it("bounds its body", () => expect(route.maxBodyBytes).toBeLessThanOrEqual(2 ** 30));

  if (access.kind === "public" || access.kind === "signed-in")
    it("says why it is open", () =>
      expect(openRoutes, `say in open-routes.ts why ${name} is open`).toHaveProperty([name]));

  if (access.kind === "trainer")
    it("takes trainers' tokens only, and no revoked ones", async () => {
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { authorization: "Bearer guess" })).toBe(401);
      expect(await knock(route, scene, { authorization: `Bearer ${revoked}` })).toBe(401);
      expect(await knock(route, scene, { cookie: cast.members.owner.cookie })).toBe(401);
      expect(await knock(route, scene, { cookie: cast.administrator.cookie })).toBe(401);
      expect(await knock(route, scene, { authorization: `Bearer ${token}` })).toBe("passed");
    });

  if (access.kind === "administrator")
    it("is for administrators, whatever role somebody has in projects", async () => {
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { authorization: `Bearer ${token}` })).toBe(401);
      for (const role of roles)
        expect(await knock(route, scene, { cookie: cast.members[role].cookie }), role).toBe(403);
      expect(await knock(route, scene, { cookie: cast.outsider.cookie })).toBe(403);
      expect(await knock(route, scene, { cookie: cast.administrator.cookie })).toBe("passed");
    });

  if (access.kind === "job")
    it("takes the token of that job only: no trainer's, no other job's, no block's, none of whose trainer was taken back", async () => {
      const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { cookie: cast.administrator.cookie })).toBe(401);
      for (const wrong of ["guess", token, revoked, otherJob.jobToken, takenBack.jobToken, block.token])
        expect(await knock(route, { ...scene, jobId: job.id }, bearer(wrong)), wrong).toBe(401);
      expect(await knock(route, { ...scene, jobId: takenBack.id }, bearer(takenBack.jobToken))).toBe(401);
      expect(await knock(route, { ...scene, jobId: "not-a-uuid" }, bearer(job.jobToken))).toBe(401);
      // Behind the route it may be told that it asks for none of the job's files.
      expect(await knock(route, { ...scene, jobId: job.id }, { ...bearer(job.jobToken), ...lease })).not.toBe(401);
    });

  if (access.kind === "block")
    it("takes the token of that block only: no trainer's, no job's, no other block's, none of whose trainer was taken back", async () => {
      const bearer = (secret: string) => ({ authorization: `Bearer ${secret}`, ...lease });
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { cookie: cast.administrator.cookie })).toBe(401);
      for (const wrong of ["guess", token, revoked, job.jobToken, otherBlock.token, takenBackBlock.token])
        expect(await knock(route, { ...scene, blockId: block.id }, bearer(wrong)), wrong).toBe(401);
      expect(await knock(route, { ...scene, blockId: takenBackBlock.id }, bearer(takenBackBlock.token))).toBe(401);
      expect(await knock(route, { ...scene, blockId: "not-a-uuid" }, bearer(block.token))).toBe(401);
      expect(await knock(route, { ...scene, blockId: block.id }, bearer(block.token))).not.toBe(401);
    });

  if (access.kind === "token") {
    // Wrong tokens are counted for the network that they come from: each route is asked from its own.
    const place = httpRoutes.indexOf(route);
    const bearer = (secret: string) => ({
      authorization: `Bearer ${secret}`,
      "x-forwarded-for": `198.18.${place >> 8}.${place & 255}`,
    });
    const isSingle = access.of !== "person";

    it("takes a person's token only: no session, no trainer's token, none that ended or was taken back", async () => {
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { cookie: cast.members.owner.cookie })).toBe(401);
      for (const wrong of ["guess", `${TOKEN_PREFIX}guess`, token, job.jobToken, ended, revokedToken])
        expect(await knock(route, scene, { cookie: cast.members.owner.cookie, ...bearer(wrong) }), wrong).toBe(401);
      if (route.method !== "HEAD") expect(await knock(route, scene, bearer(tokenOf.owner.manage))).toBe("passed");
    });

    it("is asked for its scope and for its person's role", async () => {
      for (const role of roles)
        for (const scope of tokenScopes) {
          const said = await knock(route, scene, bearer(tokenOf[role][scope]));
          const passes = hasScope(scope, scopeOfRole[access.role]) && (!isSingle || hasRole(role, access.role));
          if (!passes) expect(said, `${role} ${scope}`).toBe(403);
          else if (route.method !== "HEAD") expect(said, `${role} ${scope}`).toBe("passed");
        }
    });

    if (isSingle)
      it("hides what the token does not open: of other projects, from outsiders and administrators", async () => {
        for (const secret of [otherProjectsToken, outsidersToken, administratorsToken]) {
          expect(await knock(route, scene, bearer(secret))).toBe(404);
          const nowhere = { projectId: NOWHERE, volumeId: "not-a-uuid" };
          expect(await knock(route, nowhere, bearer(secret))).toBe(404);
        }
      });
  }

  if (access.kind === "project" || access.kind === "volume") {
    it("refuses strangers, trainers and forged sessions", async () => {
      expect(await knock(route, scene, {})).toBe(401);
      expect(await knock(route, scene, { authorization: `Bearer ${token}` })).toBe(401);
      expect(await knock(route, scene, { cookie: "karyoloop.session_token=forged.forged" })).toBe(401);
    });

    it("hides from the owner of another project and from administrators that there is something", async () => {
      for (const person of [cast.outsider, cast.administrator]) {
        expect(await knock(route, scene, { cookie: person.cookie })).toBe(404);
        expect(await knock(route, { projectId: NOWHERE, volumeId: "not-a-uuid" }, { cookie: person.cookie })).toBe(404);
      }
    });

    it(`refuses below ${access.role}, lets ${access.role} and above pass`, async () => {
      for (const role of roles) {
        const said = await knock(route, scene, { cookie: cast.members[role].cookie });
        if (!hasRole(role, access.role)) expect(said, role).toBe(403);
        else if (route.method !== "HEAD") expect(said, role).toBe("passed");
      }
    });
  }

  if (route.method !== "GET" && route.method !== "HEAD")
    it("refuses what a page of another site sends, even for an owner", async () => {
      const headers = { cookie: cast.members.owner.cookie, origin: "https://evil.example" };
      expect(await knock(route, scene, headers)).toBe(403);
    });
});
