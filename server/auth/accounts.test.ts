import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invitation, oneTimeLink, projectMember, session, user } from "../../db/schema/index.ts";
import { signIn, startTestServer, TEST_PASSWORD, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { renewAdministratorLink } from "./one-time-link.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const stranger = () => createTestClient(server.address);
const tokenOf = (url: string) => url.split("#")[1];
const fields = (name: string) => ({ name, email: `${name.toLowerCase()}@Example.org`, password: TEST_PASSWORD });
const tryToSignIn = (email: string, password: string) =>
  fetch(`${server.address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.address },
    body: JSON.stringify({ email, password }),
  });

describe("the first account", () => {
  it("a newer link ends the older; two at once make one account; then there is none", async () => {
    const old = await renewAdministratorLink(server.services.db);
    const token = await renewAdministratorLink(server.services.db);
    expect(await stranger().account.isLinkLive.query({ purpose: "administrator", token: old ?? "" })).toBe(false);
    expect(await stranger().account.isLinkLive.query({ purpose: "administrator", token: token ?? "" })).toBe(true);
    expect(await stranger().account.isLinkLive.query({ purpose: "reset", token: token ?? "" })).toBe(false);
    const outcomes = await Promise.allSettled(
      ["Ada", "Eve"].map((name) =>
        stranger().account.createAdministrator.mutate({ ...fields(name), token: token ?? "" }),
      ),
    );
    expect(outcomes.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await server.services.db.select().from(user)).toHaveLength(1);
    expect(await renewAdministratorLink(server.services.db)).toBeNull();
  });

  it.each([
    ["email", { email: "ada@lab" }, "Email: this is not an address like name@example.org"],
    ["name", { name: "Ada\u202e" }, "Name: a name has no control, invisible or direction characters"],
  ])("a field that cannot be taken is named: %s", async (field, change, what) => {
    const token = "x".repeat(30);
    await expect(
      stranger().account.createAdministrator.mutate({ ...fields("Ada"), ...change, token }),
    ).rejects.toMatchObject({ data: { code: "BAD_REQUEST", problem: { tag: "bad-input", what, where: field } } });
  });

  it("keeps no token and no password in clear", async () => {
    const links = JSON.stringify(await server.services.db.select().from(oneTimeLink));
    expect(links).toMatch(/"tokenHash":"[0-9a-f]{64}"/);
    const dump = JSON.stringify(await server.services.db.query.account.findMany());
    expect(dump).not.toContain(TEST_PASSWORD);
  });
});

describe("invitations", () => {
  it("are for one person, carry a role, and can be taken back or run out", async () => {
    const owner = await server.signUp("Owner");
    const projectId = await server.createProject("Embryos", [[owner, "owner"]]);
    const client = createTestClient(server.address, owner.cookie);
    const invite = async () =>
      tokenOf((await client.invitation.create.mutate({ projectId, role: "reviewer", days: 7 })).url);

    const token = await invite();
    expect(await stranger().invitation.lookUp.query({ token })).toEqual({
      projectName: "Embryos",
      invitedBy: "Owner",
      role: "reviewer",
    });
    const joins = await Promise.allSettled(
      ["Grace", "Mallory"].map((name) => stranger().invitation.acceptWithNewAccount.mutate({ ...fields(name), token })),
    );
    expect(joins.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const members = await server.services.db.select().from(projectMember).where(eq(projectMember.projectId, projectId));
    expect(members.map((one) => one.role).sort()).toEqual(["owner", "reviewer"]);
    expect(new Set(members.map((one) => one.pseudonym)).size).toBe(2);

    const revoked = await invite();
    const [open] = await client.invitation.list.query({ projectId });
    await client.invitation.revoke.mutate({ projectId, invitationId: open.id });
    expect(await stranger().invitation.lookUp.query({ token: revoked })).toBeNull();
    const late = await invite();
    await server.services.db.update(invitation).set({ expiresAt: new Date(Date.now() - 1000) });
    expect(await stranger().invitation.lookUp.query({ token: late })).toBeNull();
    await expect(stranger().invitation.acceptWithNewAccount.mutate({ ...fields("Late"), token: late })).rejects.toThrow(
      "does not work any more",
    );
    expect(await server.services.db.select().from(user).where(eq(user.email, "late@example.org"))).toHaveLength(0);
  });

  it("an account that exists accepts without losing a higher role; two last owners cannot both go", async () => {
    const [one, two] = [await server.signUp("One"), await server.signUp("Two")];
    const projectId = await server.createProject("Shared", [
      [one, "owner"],
      [two, "owner"],
    ]);
    const [first, second] = [one, two].map((person) => createTestClient(server.address, person.cookie));
    const { url } = await first.invitation.create.mutate({ projectId, role: "viewer", days: 1 });
    await second.invitation.accept.mutate({ token: tokenOf(url) });
    expect((await second.project.byId.query({ projectId })).role).toBe("owner");
    const leaving = await Promise.allSettled(
      [first, second].map((client) => client.member.leave.mutate({ projectId })),
    );
    expect(leaving.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("passwords", () => {
  it("a reset link works once and ends every session", async () => {
    const [administrator] = await server.services.db.select().from(user).where(eq(user.isAdministrator, true));
    const admin = createTestClient(server.address, await signIn(server.address, administrator.email));
    const lost = await server.signUp("Lost");
    const { url } = await admin.installation.makeResetLink.mutate({ userId: lost.id });
    await stranger().account.resetPassword.mutate({ token: tokenOf(url), password: "a new long password" });
    expect(await server.services.authentication.userOf({ cookie: lost.cookie })).toBeNull();
    expect((await tryToSignIn(lost.email, TEST_PASSWORD)).status).toBe(401);
    expect((await tryToSignIn(lost.email, "a new long password")).status).toBe(200);
    await expect(
      stranger().account.resetPassword.mutate({ token: tokenOf(url), password: "yet another one" }),
    ).rejects.toThrow("does not work any more");
  });

  it("changing it asks for the current one", async () => {
    const person = await server.signUp("Changer");
    const client = createTestClient(server.address, person.cookie);
    await expect(
      client.account.changePassword.mutate({ current: "wrong", password: "a new long password" }),
    ).rejects.toThrow("current password is wrong");
    await signIn(server.address, person.email);
    await client.account.changePassword.mutate({ current: TEST_PASSWORD, password: "a new long password" });
    const left = await server.services.db.select().from(session).where(eq(session.userId, person.id));
    expect(left.map(({ userAgent }) => userAgent)).toEqual(["test"]); // the one that asked
  });
});

describe("settings of a person", () => {
  it("are kept for that person alone, the newest one, in bounds and by known names", async () => {
    const [ada, ben] = await Promise.all([server.signUp("Settled Ada"), server.signUp("Settled Ben")]);
    const of = ({ cookie }: { readonly cookie: string }) => createTestClient(server.address, cookie).account;
    expect(await of(ada).settings.query()).toEqual({});
    await of(ada).keepSetting.mutate({ name: "keys", json: JSON.stringify({ set: "napari" }) });
    const own = { set: "itk-snap", changes: { "tool.brush": ["J"] } };
    await of(ada).keepSetting.mutate({ name: "keys", json: JSON.stringify(own) });
    await of(ben).keepSetting.mutate({ name: "tour", json: JSON.stringify({ isTaken: false }) });
    expect(await of(ada).settings.query()).toEqual({ keys: own });
    expect(await of(ben).settings.query()).toEqual({ tour: { isTaken: false } });
    for (const json of [JSON.stringify("x".repeat(16_384)), "null", "{", ""])
      await expect(of(ada).keepSetting.mutate({ name: "keys", json })).rejects.toMatchObject({
        data: { code: "BAD_REQUEST" },
      });
    await expect(of(ada).keepSetting.mutate({ name: "other" as "keys", json: "1" })).rejects.toMatchObject({
      data: { code: "BAD_REQUEST" },
    });
    await expect(stranger().account.settings.query()).rejects.toMatchObject({ data: { code: "UNAUTHORIZED" } });
  });
});
