import { request } from "node:http";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Role } from "../../../core/roles.ts";
import { roomName } from "../../../core/sync/document/document-layout.ts";
import { session, user } from "../../../db/schema/index.ts";
import { setScene } from "../../security/cast.ts";
import { signIn, startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";

// Signing in with the tests' cheap hash stays cheap; password-hash.test.ts tries that it is renewed.
vi.mock("../password-hash.ts", async (original) => ({ ...(await original<object>()), isOutdatedHash: () => false }));

/**
 * A socket, an event stream and an upload are open while something takes away what let them in. The server's clock for
 * looking after them by itself stands still here: only the act can end them.
 */
let server: TestServer;
let owner: TestPerson;
let administrator: TestPerson;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["setInterval"] });
  server = await startTestServer();
  owner = await server.signUp("Owner");
  administrator = await server.signUp("Administrator");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, administrator.id));
});
afterAll(async () => {
  await server.close();
  vi.useRealTimers();
});

interface OpenLine {
  /** Resolves when the server has ended it, with what it said. */
  readonly ended: Promise<string>;
  /** Fails where the line does not answer any more. */
  isOpen(): Promise<boolean>;
  close(): void;
}

async function openSocket(cookie: string, volumeId: string): Promise<OpenLine> {
  const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/${roomName(volumeId, 1)}`, {
    headers: { origin: server.address, cookie },
  });
  const ended = new Promise<string>((resolve) => socket.once("close", (code) => resolve(String(code))));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    ended,
    isOpen: () =>
      new Promise((resolve) => {
        socket.once("pong", () => resolve(true)).once("close", () => resolve(false));
        socket.ping();
      }),
    close: () => socket.terminate(),
  };
}

async function openStream(cookie: string, projectId: string): Promise<OpenLine> {
  const gone = new AbortController();
  const input = encodeURIComponent(JSON.stringify({ json: { projectId } }));
  const response = await fetch(`${server.address}/trpc/event.ofProject?input=${input}`, {
    headers: { cookie, accept: "text/event-stream" },
    signal: gone.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("no stream");
  let heard = (await reader.read()).value ?? "";
  let over = false;
  const ended = (async () => {
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        heard += value;
      }
    } catch {
      // cut off
    }
    over = true;
    return heard;
  })();
  return {
    ended,
    async isOpen() {
      const before = heard.length;
      server.services.events.publish({ topic: "project", projectId });
      await vi.waitFor(() => expect(over || heard.length > before).toBe(true));
      return !over;
    },
    close: () => gone.abort(),
  };
}

/** A body that never comes to its end. */
async function openUpload(cookie: string, projectId: string): Promise<OpenLine> {
  const sending = request(`${server.address}/api/projects/${projectId}/uploads`, {
    method: "POST",
    headers: { cookie, origin: server.address, "content-type": "application/json", "content-length": 4000 },
  });
  let over = false;
  const ended = new Promise<string>((resolve) => {
    sending.once("response", (response) => resolve(String(response.statusCode)));
    sending.once("error", () => resolve("cut off"));
  });
  void ended.then(() => {
    over = true;
  });
  await new Promise<void>((resolve) => void sending.write('{"fileName":', () => resolve()));
  await vi.waitFor(() => expect(holds.at(-1)).toContain("/uploads"));
  return { ended, isOpen: async () => !over, close: () => sending.destroy() };
}
/** What the server has begun to look after, in order. */
const holds: string[] = [];

interface Scene {
  readonly projectId: string;
  readonly person: TestPerson;
  readonly lines: Readonly<Record<"socket" | "stream" | "upload", OpenLine>>;
}

let people = 0;
async function openEverything(role: Role = "reviewer"): Promise<Scene> {
  people++;
  const person = await server.signUp(`person ${people}`);
  const { projectId, volumeId } = await setScene(server, [
    [owner, "owner"],
    [person, role],
  ]);
  const hold = server.services.openLines.hold;
  const spy = vi.spyOn(server.services.openLines, "hold").mockImplementation((line) => {
    holds.push(line.needs?.role === "reviewer" ? "/uploads" : "other");
    return hold(line);
  });
  const lines = {
    socket: await openSocket(person.cookie, volumeId),
    stream: await openStream(person.cookie, projectId),
    upload: await openUpload(person.cookie, projectId),
  };
  spy.mockRestore();
  for (const [name, line] of Object.entries(lines)) expect(await line.isOpen(), name).toBe(true);
  return { projectId, person, lines };
}

async function expectAllEnded({ lines, person }: Scene): Promise<void> {
  expect(await lines.socket.ended).toBe("4401");
  expect(await lines.stream.ended).toContain("UNAUTHORIZED");
  expect(await lines.upload.ended).toBe("cut off");
  expect(await server.services.authentication.userOf({ cookie: person.cookie })).toBeNull();
}

const clientOf = (cookie?: string) => createTestClient(server.address, cookie);
const sessionIdOf = async ({ cookie }: { cookie: string }) =>
  (await server.services.authentication.userOf({ cookie }))?.sessionId ?? "";
const post = (path: string, cookie: string) =>
  fetch(`${server.address}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.address, cookie },
    body: "{}",
  });

type Act = (scene: Scene) => Promise<unknown>;
const acts: Readonly<Record<string, Act>> = {
  "signing out": ({ person }) => post("sign-out", person.cookie),
  "ending the session from another browser": async ({ person }) => {
    const elsewhere = await signIn(server.address, person.email);
    await clientOf(elsewhere).account.endSession.mutate({ sessionId: await sessionIdOf(person) });
  },
  "ending all others": async ({ person }) => {
    const elsewhere = await signIn(server.address, person.email);
    expect(await clientOf(elsewhere).account.endOtherSessions.mutate()).toEqual({ ended: 1 });
  },
  "a new password": async ({ person }) => {
    const elsewhere = await signIn(server.address, person.email);
    const passwords = { current: TEST_PASSWORD, password: "a new long password" };
    await clientOf(elsewhere).account.changePassword.mutate(passwords);
    expect(await server.services.authentication.userOf({ cookie: elsewhere })).not.toBeNull();
  },
  "a reset link that is used": async ({ person }) => {
    const { url } = await clientOf(administrator.cookie).installation.makeResetLink.mutate({ userId: person.id });
    await clientOf().account.resetPassword.mutate({ token: url.split("#")[1], password: "a new long password" });
  },
  "an administrator who ends the sessions": ({ person }) =>
    clientOf(administrator.cookie).installation.endSessions.mutate({ userId: person.id }),
  "an administrator who switches the account off": async ({ person }) => {
    const off = { userId: person.id, isOn: false };
    await clientOf(administrator.cookie).installation.setAccountOn.mutate(off);
    await expect(signIn(server.address, person.email)).rejects.toThrow("403");
    await clientOf(administrator.cookie).installation.setAccountOn.mutate({ ...off, isOn: true });
    expect(await signIn(server.address, person.email)).toContain("session_token");
  },
};

describe("what is open in a session ends at once by", () => {
  it.each(Object.keys(acts))("%s", async (name) => {
    const scene = await openEverything();
    await acts[name](scene);
    await expectAllEnded(scene);
  });
});

describe("what is open in a project", () => {
  it("ends with the membership", async () => {
    const { projectId, person, lines } = await openEverything();
    await clientOf(owner.cookie).member.remove.mutate({ projectId, userId: person.id });
    expect(await lines.socket.ended).toBe("4403");
    expect(await lines.stream.ended).toContain("NOT_FOUND");
    expect(await lines.upload.ended).toBe("cut off");
  });

  it("ends where a lower role does not allow it, and goes on where it does", async () => {
    const { projectId, person, lines } = await openEverything();
    await clientOf(owner.cookie).member.setRole.mutate({ projectId, userId: person.id, role: "viewer" });
    expect(await lines.socket.ended).toBe("4403"); // it comes back as a viewer's
    expect(await lines.upload.ended).toBe("cut off");
    expect(await lines.stream.isOpen()).toBe(true);
    lines.stream.close();
  });
});

it("another session of the person, and other people, go on", async () => {
  const [scene, bystander] = [await openEverything(), await openEverything()];
  const elsewhere = await signIn(server.address, scene.person.email);
  await clientOf(elsewhere).account.endOtherSessions.mutate();
  await expectAllEnded(scene);
  expect(await server.services.authentication.userOf({ cookie: elsewhere })).not.toBeNull();
  for (const [name, line] of Object.entries(bystander.lines)) {
    expect(await line.isOpen(), name).toBe(true);
    line.close();
  }
});

it("the clock ends what a session left open that ran out", async () => {
  const scene = await openEverything();
  const past = new Date(Date.now() - 31 * 86_400_000);
  await server.services.db.update(session).set({ lastSeenAt: past }).where(eq(session.userId, scene.person.id));
  vi.advanceTimersByTime(20_000);
  await expectAllEnded(scene);
});
