import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, isAPIError } from "better-auth/api";
import { eq } from "drizzle-orm";
import { isProblem } from "../../core/problem.ts";
import type { Database } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { ServerEvents } from "../events.ts";
import { failureLog } from "../log/failure-log.ts";
import { createAuthLog } from "./auth-log.ts";
import type { InstitutionSettings, Provider } from "./institution/discovery.ts";
import { INSTITUTION, institutionProvider, strictInstitution } from "./institution/institution-plugin.ts";
import { admitNewcomer } from "./institution/newcomer.ts";
import { renewHash } from "./password-account.ts";
import { passwordHashing } from "./password-hashing.ts";
import type { AuthenticatorApps } from "./second-factor/authenticator-app.ts";
import { passkeyPlace, passkeySignIn } from "./second-factor/passkeys.ts";
import { codeChallenge, strictCodes } from "./second-factor/two-factor-plugin.ts";
import { withHashedTokens } from "./sessions/hashed-token-adapter.ts";
import { cookiePrefix } from "./sessions/session-cookie.ts";
import { SESSION_MAX_DAYS, type SignInMethod, sweepSessions } from "./sessions/sessions.ts";

export interface AuthenticationSettings {
  /** Address that people type. */
  readonly publicUrl: string;
  /** Signs cookies and encrypts what apps for codes share with the server; no row of the database. */
  readonly secret: string;
  /** Whose accounts sign people in besides; null where there is none. */
  readonly institution: InstitutionSettings | null;
}

/** Set from the socket before better-auth sees a request; sessions are stored with it. */
export const CLIENT_NETWORK_HEADER = "x-karyoloop-client";

export const isSecure = (publicUrl: string): boolean => publicUrl.startsWith("https:");

/** How the session that better-auth is about to write came to be, by the path that asked for it. */
function methodOf(path: string | undefined): SignInMethod {
  if (path?.startsWith("/passkey/")) return "passkey";
  if (path?.startsWith("/callback")) return "institution";
  return path?.startsWith("/two-factor/verify") ? "code" : "password";
}

/** better-auth's own errors are the only ones that it sends as they are. */
const asApiError = (error: unknown): never => {
  if (!isProblem(error)) throw error;
  const headers = new Headers();
  if (error.waitSeconds !== undefined) headers.set("retry-after", String(error.waitSeconds));
  throw new APIError("TOO_MANY_REQUESTS", { ...error.toJSON(), message: error.message }, headers);
};

/** better-auth with what this installation needs of it. start-server.ts says which of its paths are open. */
export function createBetterAuth(
  db: Database,
  events: ServerEvents,
  apps: AuthenticatorApps,
  { publicUrl, secret, institution }: AuthenticationSettings,
  provider: Provider | null,
  /** The last of the plugins: what the others made of a sign-in has then happened. */
  audit: BetterAuthPlugin,
) {
  const database = drizzleAdapter(db, { provider: "pg", schema, transaction: true });
  const secure = isSecure(publicUrl);
  return betterAuth({
    secret,
    baseURL: publicUrl,
    basePath: "/api/auth",
    database: (options: BetterAuthOptions) => withHashedTokens(database(options)),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      password: {
        // Also for an address without an account, so that the time tells nothing.
        hash: (password) => passwordHashing.hash(password).catch(asApiError),
        async verify({ hash, password }) {
          const right = await passwordHashing.verify(hash, password).catch(asApiError);
          if (right) await renewHash(db, hash, password);
          return right;
        },
      },
    },
    databaseHooks: {
      user: {
        create: {
          // Accounts of invited people are made by password-account.ts, not here.
          before: async (newcomer) => ({ data: { ...newcomer, ...(await admitNewcomer(db, institution, newcomer)) } }),
          async after({ id, name, email }) {
            const details = { person: { id, name, email }, through: "institution" } as const;
            await recordAudit(db, { act: "account.created", by: id, details });
          },
        },
      },
      account: {
        create: {
          // Nothing is asked of the institution later: its tokens are not kept.
          before: async (linked) => ({
            data: { ...linked, accessToken: null, refreshToken: null, idToken: null, scope: null },
          }),
          after: ({ userId }) => recordAudit(db, { act: "institution.linked", by: userId, details: {} }),
        },
      },
      session: {
        create: {
          async before(started, context) {
            const [person] = await db
              .select({ switchedOffAt: schema.user.switchedOffAt })
              .from(schema.user)
              .where(eq(schema.user.id, started.userId));
            if (person?.switchedOffAt)
              throw new APIError("FORBIDDEN", { code: "ACCOUNT_OFF", message: "This account is switched off." });
            return { data: { ...started, method: methodOf(context?.path) } };
          },
          async after() {
            await sweepSessions(db);
          },
        },
        delete: {
          async after({ userId }) {
            events.publish({ topic: "account", userId });
          },
        },
      },
    },
    plugins: [
      codeChallenge(),
      strictCodes(apps, secret),
      ...passkeySignIn(db, passkeyPlace(publicUrl)),
      ...(institution && provider ? [institutionProvider(institution, provider), strictInstitution(db)] : []),
      audit,
    ],
    account: {
      updateAccountOnSignIn: false,
      // An institution joins an account only where its owner, signed in, asks for it (link-social).
      accountLinking: { trustedProviders: [INSTITUTION], disableImplicitLinking: true, allowDifferentEmails: true },
    },
    onAPIError: {
      errorURL: `${publicUrl}/sign-in`,
      // Left alone, the router prints the error with a query's parameters.
      onError(error) {
        if (isAPIError(error)) return;
        failureLog.failed("an account's request", error);
        throw new APIError("INTERNAL_SERVER_ERROR", { message: "Something went wrong on the server." });
      },
    },
    user: { additionalFields: { isAdministrator: { type: "boolean", required: false, input: false } } },
    // The server checks that Origin and Host agree for every request that changes something (server/entrance/same-origin.ts),
    // whatever address the person typed; better-auth's own list would know one address only.
    trustedOrigins: (request) => {
      const origin = request?.headers.get("origin");
      return origin ? [origin] : [];
    },
    advanced: {
      cookiePrefix: cookiePrefix(secure),
      // Its own way to secure cookies sets another prefix, which binds them less.
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax", path: "/" },
      ipAddress: { ipAddressHeaders: [CLIENT_NETWORK_HEADER] },
    },
    session: {
      expiresIn: SESSION_MAX_DAYS * 86_400,
      disableSessionRefresh: true, // sessions/sessions.ts ends those that nobody uses
      freshAge: 0,
      additionalFields: { method: { type: "string", required: false, input: false } },
    },
    rateLimit: { enabled: false }, // its own counts requests, good ones too; guess-guard.ts counts guesses
    telemetry: { enabled: false },
    logger: { level: "warn", log: createAuthLog() },
  });
}
