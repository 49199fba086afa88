import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";

export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdministrator: boolean;
}

export interface Authentication {
  /** Null for strangers and for sessions that ended. */
  userOf(headers: IncomingHttpHeaders): Promise<SignedInUser | null>;
  /** better-auth's own routes below /api/auth: sign in, sign out, change password. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Makes an account. Only called behind a used one-time link or invitation: there is no open registration. */
  createUser(account: { name: string; email: string; password: string }): Promise<{ id: string }>;
  setPassword(userId: string, password: string): Promise<void>;
}

const SECRET_KEY = "session-secret";
const PASSWORD_MIN_LENGTH = 10;

/** The secret that signs sessions is made once per installation and kept in its database. */
async function sessionSecret(db: Database): Promise<string> {
  await db
    .insert(schema.installation)
    .values({ key: SECRET_KEY, value: randomBytes(48).toString("base64url") })
    .onConflictDoNothing();
  const [row] = await db.select().from(schema.installation).where(eq(schema.installation.key, SECRET_KEY));
  return row.value;
}

export async function createAuthentication(
  db: Database,
  options: { publicUrl: string; secureCookies: boolean },
): Promise<Authentication> {
  const auth = betterAuth({
    secret: await sessionSecret(db),
    baseURL: options.publicUrl,
    basePath: "/api/auth",
    database: drizzleAdapter(db, { provider: "pg", schema, transaction: true }),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_MIN_LENGTH, autoSignIn: false },
    user: { additionalFields: { isAdministrator: { type: "boolean", required: false, input: false } } },
    // The server checks that Origin and Host agree for every request that changes something (http/same-origin.ts),
    // whatever address the person typed; better-auth's own list would know one address only.
    trustedOrigins: (request) => {
      const origin = request?.headers.get("origin");
      return origin ? [origin] : [];
    },
    advanced: { useSecureCookies: options.secureCookies, cookiePrefix: "karyoloop" },
    session: { expiresIn: 60 * 60 * 24 * 30, updateAge: 60 * 60 * 24 },
    rateLimit: { enabled: true, window: 60, max: 100 },
    telemetry: { enabled: false },
  });
  const handler = toNodeHandler(auth);
  return {
    async userOf(headers) {
      if (!headers.cookie) return null;
      const found = await auth.api.getSession({ headers: fromNodeHeaders(headers) });
      if (!found) return null;
      const { id, name, email, isAdministrator } = found.user;
      return { id, name, email, isAdministrator: isAdministrator === true };
    },
    handle: (request, response) => handler(request, response),
    async createUser(account) {
      const { user } = await auth.api.signUpEmail({ body: account });
      return { id: user.id };
    },
    async setPassword(userId, password) {
      const context = await auth.$context;
      await context.internalAdapter.updatePassword(userId, await context.password.hash(password));
      await db.delete(schema.session).where(eq(schema.session.userId, userId));
    },
  };
}
