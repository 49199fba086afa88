import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Role } from "../../core/roles.ts";
import { project, projectMember, session } from "../../db/schema/index.ts";
import { hashPassword } from "../auth/password-hash.ts";
import { sessionCookieName, signCookie } from "../auth/sessions/session-cookie.ts";
import { createToken, hashToken } from "../auth/token-hash.ts";
import type { ConnectionBounds } from "../entrance/connections.ts";
import { readEnvironment } from "../env.ts";
import { readOrCreateSecret } from "../secrets/installation-secret.ts";
import type { Services } from "../services.ts";
import { startServer } from "../start-server.ts";
import { copyClusterTemplate } from "./cluster-template.ts";

/** A whole server on a free port with a real embedded PostgreSQL in a temporary folder; no pages, no trainer. */
export interface TestServer {
  readonly address: string;
  readonly services: Services;
  readonly dataRoot: string;
  /** Makes an account with TEST_PASSWORD, and a session for it. */
  signUp(name: string): Promise<TestPerson>;
  /** A project with these members, each in the role given. */
  createProject(name: string, members: readonly (readonly [TestPerson, Role])[]): Promise<string>;
  close(): Promise<void>;
}

export interface TestPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly cookie: string;
}

export const TEST_PASSWORD = "correct horse battery";

export async function signIn(address: string, email: string, password = TEST_PASSWORD): Promise<string> {
  const response = await fetch(`${address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: address },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`sign-in of ${email} failed: ${response.status} ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** The hash of the tests' password at a cost that is worth nothing: hundreds of test people cost no time. */
let cheapHash: Promise<string> | undefined;

/** A session without the walk through the sign-in page, as better-auth would write it. */
async function beginSession({ db }: Services, dataRoot: string, userId: string): Promise<string> {
  const token = createToken();
  await db.insert(session).values({
    id: randomUUID(),
    token: hashToken(token),
    userId,
    userAgent: "test",
    expiresAt: new Date(Date.now() + 86_400_000),
  });
  return `${sessionCookieName(false)}=${signCookie(token, readOrCreateSecret(dataRoot, "sessions"))}`;
}

export async function startTestServer(
  environment: Readonly<Record<string, string>> = {},
  bounds?: ConnectionBounds,
): Promise<TestServer> {
  // Short, because the database's socket lies below it and a socket path holds 107 bytes.
  const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  if (!environment.DATABASE_URL) await copyClusterTemplate(environment.KARYOLOOP_DATA ?? dataRoot);
  const running = await startServer(
    readEnvironment({
      KARYOLOOP_DATA: dataRoot,
      PORT: "0",
      KARYOLOOP_TRAINER: "none",
      NODE_ENV: "test",
      ...environment,
    }),
    async () => null,
    bounds,
  );
  const { services, address } = running;
  return {
    address,
    services,
    dataRoot,
    async signUp(name) {
      const email = `${name.toLowerCase().replace(/\W+/g, "-")}@example.org`;
      cheapHash ??= hashPassword(TEST_PASSWORD, { logN: 4, r: 1, p: 1 });
      const fields = { name, email, passwordHash: await cheapHash };
      const { id } = await services.db.transaction((tx) => services.authentication.insertUser(fields, tx));
      return { id, name, email, cookie: await beginSession(services, services.environment.dataRoot, id) };
    },
    async createProject(name, members) {
      const [row] = await services.db
        .insert(project)
        .values({ name, createdBy: members[0][0].id })
        .returning({ id: project.id });
      await services.db.insert(projectMember).values(
        members.map(([person, role], index) => ({
          projectId: row.id,
          userId: person.id,
          role,
          pseudonym: `annotator ${index + 1}`,
        })),
      );
      return row.id;
    },
    async close() {
      await running.close();
      await rm(dataRoot, { recursive: true, force: true });
    },
  };
}
