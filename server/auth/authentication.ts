import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { fromNodeHeaders } from "better-auth/node";
import { eq } from "drizzle-orm";
import { isProblem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { createAuthLog } from "./auth-log.ts";
import { createGuessGuard, type GuessGuard } from "./guess-guard.ts";
import {
  insertAccount,
  isPasswordOf,
  type NewAccount,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  refuseTakenEmail,
  replacePassword,
} from "./password-account.ts";
import { passwordHashing } from "./password-hashing.ts";

export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdministrator: boolean;
}

export interface Authentication {
  /** Null for strangers and for sessions that ended. */
  userOf(headers: IncomingHttpHeaders): Promise<SignedInUser | null>;
  /**
   * better-auth's own routes below /api/auth: sign in and sign out. The request has a whole, bounded body and comes
   * through http/auth-door.ts, which counts guesses.
   */
  answer(request: Request, network: string): Promise<Response>;
  /** Every guess at a secret is counted here before it is tried. */
  readonly guard: GuessGuard;
  /** Takes 50 ms, so never within a transaction. */
  hashPassword(password: string): Promise<string>;
  /** A taken address is a Problem; only who holds a live link may ask. */
  refuseTakenEmail(email: string): Promise<void>;
  /**
   * Makes an account, in the transaction that uses up the link or invitation behind it: there is no open registration.
   * A taken address is a Problem.
   */
  insertUser(account: NewAccount, within: Transaction): Promise<{ id: string }>;
  /** The same without a link, for programs and tests. */
  createUser(account: Omit<NewAccount, "passwordHash"> & { readonly password: string }): Promise<{ id: string }>;
  /** False where the current password is wrong. */
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Ends every session of the person: whoever knew the old password is out. */
  setPasswordHash(userId: string, passwordHash: string, within?: Transaction): Promise<void>;
}

/** Set by `answer`, whatever the client sent under that name; sessions are stored with it. */
const CLIENT_NETWORK_HEADER = "x-karyoloop-client";

/** better-auth's own errors are the only ones that it sends as they are. */
const asApiError = (error: unknown): never => {
  if (!isProblem(error)) throw error;
  const headers = new Headers();
  if (error.waitSeconds !== undefined) headers.set("retry-after", String(error.waitSeconds));
  throw new APIError("TOO_MANY_REQUESTS", { ...error.toJSON(), message: error.message }, headers);
};

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
      // Also for an address without an account, so that the time tells nothing.
      password: {
        hash: (password) => passwordHashing.hash(password).catch(asApiError),
        verify: ({ hash, password }) => passwordHashing.verify(hash, password).catch(asApiError),
      },
    },
    user: { additionalFields: { isAdministrator: { type: "boolean", required: false, input: false } } },
    // The server checks that Origin and Host agree for every request that changes something (http/entrance/same-origin.ts),
    // whatever address the person typed; better-auth's own list would know one address only.
    trustedOrigins: (request) => {
      const origin = request?.headers.get("origin");
      return origin ? [origin] : [];
    },
    advanced: {
      useSecureCookies: options.secureCookies,
      cookiePrefix: "karyoloop",
      ipAddress: { ipAddressHeaders: [CLIENT_NETWORK_HEADER] },
    },
    session: { expiresIn: 60 * 60 * 24 * 30, updateAge: 60 * 60 * 24 },
    rateLimit: { enabled: false }, // its own counts requests, good ones too; guess-guard.ts counts guesses
    telemetry: { enabled: false },
    logger: { level: "warn", log: createAuthLog() },
  });
  const hashPassword = (password: string) => passwordHashing.hash(password);
  return {
    async userOf(headers) {
      if (!headers.cookie) return null;
      const found = await auth.api.getSession({ headers: fromNodeHeaders(headers) });
      if (!found) return null;
      const { id, name, email, isAdministrator } = found.user;
      return { id, name, email, isAdministrator: isAdministrator === true };
    },
    answer(request, network) {
      request.headers.set(CLIENT_NETWORK_HEADER, network);
      return auth.handler(request);
    },
    guard: createGuessGuard(createAttemptLimit(), db),
    hashPassword,
    refuseTakenEmail: (email) => refuseTakenEmail(db, email),
    insertUser: (account, within) => insertAccount(within, account),
    createUser: async ({ password, ...fields }) =>
      insertAccount(db, { ...fields, passwordHash: await hashPassword(password) }),
    isPassword: (userId, password) => isPasswordOf(db, userId, password),
    setPasswordHash: (userId, passwordHash, within) => replacePassword(within ?? db, userId, passwordHash),
  };
}
