import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { eq } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { createSignInAudit } from "../audit/sign-in-audit.ts";
import { createAuthLog } from "./auth-log.ts";
import {
  insertAccount,
  isPasswordOf,
  type NewAccount,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  replacePassword,
} from "./password-account.ts";
import { CLIENT_ADDRESS_HEADER, createSignInGuard } from "./sign-in-guard.ts";

export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdministrator: boolean;
}

export interface Authentication {
  /** Null for strangers and for sessions that ended. */
  userOf(headers: IncomingHttpHeaders): Promise<SignedInUser | null>;
  /** better-auth's own routes below /api/auth: sign in and sign out. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Makes an account, in the transaction that uses up the link or invitation behind it: there is no open registration.
   * A taken address is a Problem.
   */
  createUser(account: NewAccount, within?: Transaction): Promise<{ id: string }>;
  /** False where the current password is wrong. */
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Ends every session of the person: whoever knew the old password is out. */
  setPassword(userId: string, password: string, within?: Transaction): Promise<{ sessionsEnded: number }>;
  /** Writes down what was only counted of failed attempts to sign in. */
  close(): Promise<void>;
}

const SECRET_KEY = "session-secret";

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
  const audit = createSignInAudit(db);
  const auth = betterAuth({
    secret: await sessionSecret(db),
    baseURL: options.publicUrl,
    basePath: "/api/auth",
    database: drizzleAdapter(db, { provider: "pg", schema, transaction: true }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN_LENGTH,
      maxPasswordLength: PASSWORD_MAX_LENGTH,
    },
    hooks: createSignInGuard(audit.noteRefused),
    plugins: [audit.plugin],
    user: { additionalFields: { isAdministrator: { type: "boolean", required: false, input: false } } },
    // The server checks that Origin and Host agree for every request that changes something (http/same-origin.ts),
    // whatever address the person typed; better-auth's own list would know one address only.
    trustedOrigins: (request) => {
      const origin = request?.headers.get("origin");
      return origin ? [origin] : [];
    },
    advanced: { useSecureCookies: options.secureCookies, cookiePrefix: "karyoloop" },
    session: { expiresIn: 60 * 60 * 24 * 30, updateAge: 60 * 60 * 24 },
    rateLimit: { enabled: false }, // its own counts requests, good ones too; sign-in-guard.ts counts failures
    telemetry: { enabled: false },
    logger: { level: "warn", log: createAuthLog() },
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
    handle(request, response) {
      request.headers[CLIENT_ADDRESS_HEADER] = request.socket.remoteAddress ?? "";
      return handler(request, response);
    },
    createUser: (account, within) => insertAccount(within ?? db, account),
    isPassword: (userId, password) => isPasswordOf(db, userId, password),
    setPassword: (userId, password, within) => replacePassword(within ?? db, userId, password),
    close: audit.close,
  };
}
