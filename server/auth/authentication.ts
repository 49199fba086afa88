import type { IncomingHttpHeaders } from "node:http";
import type { Database, Transaction } from "../../db/client.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { createSignInAudit } from "../audit/sign-in-audit.ts";
import type { ServerEvents } from "../events.ts";
import { failureLog } from "../log/failure-log.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import {
  type AuthenticationSettings,
  CLIENT_NETWORK_HEADER,
  createBetterAuth,
  isSecure,
} from "./create-better-auth.ts";
import { createGuessGuard, type GuessGuard } from "./guess-guard.ts";
import { discoverProvider, type Provider } from "./institution/discovery.ts";
import { INSTITUTION } from "./institution/institution-plugin.ts";
import { insertAccount, isPasswordOf, type NewAccount, refuseTakenEmail, replacePassword } from "./password-account.ts";
import { passwordHashing } from "./password-hashing.ts";
import { type AuthenticatorApps, createAuthenticatorApps } from "./second-factor/authenticator-app.ts";
import { readSignedCookie, sessionCookieName } from "./sessions/session-cookie.ts";
import {
  deleteSessions,
  findSession,
  findVisit,
  type SignedInUser,
  type VisitedVolume,
  type WhichSessions,
} from "./sessions/sessions.ts";

export type { SignedInUser, VisitedVolume } from "./sessions/sessions.ts";

export interface Authentication {
  /** Null for strangers and for sessions that ended. */
  userOf(headers: IncomingHttpHeaders): Promise<SignedInUser | null>;
  /** The same at a volume's route, with what the person is there; `visited` is null for who is no member. */
  visitorOf(
    headers: IncomingHttpHeaders,
    volumeId: string,
  ): Promise<{ readonly user: SignedInUser; readonly visited: VisitedVolume | null } | null>;
  /**
   * better-auth's own routes below /api/auth: sign in and sign out. The request has a whole, bounded body and comes
   * through http/auth-route.ts, which counts guesses.
   */
  answer(request: Request, network: string): Promise<Response>;
  readonly apps: AuthenticatorApps;
  /** Null where none is set. `isThere` looks for a provider that did not answer yet. */
  readonly institution: { readonly name: string; isThere(): Promise<boolean> } | null;
  /** Every guess at a secret is counted here before it is tried. */
  readonly guard: GuessGuard;
  /** Takes half a second, so never within a transaction. */
  hashPassword(password: string): Promise<string>;
  /** A taken address is a Problem; only who holds a live link may ask. */
  refuseTakenEmail(email: string): Promise<void>;
  /**
   * Makes an account, in the transaction that uses up the link or invitation behind it: there is no open registration.
   * A taken address or name is a Problem.
   */
  insertUser(account: NewAccount, within: Transaction): Promise<{ id: string }>;
  /** The same without a link, for programs and tests. */
  createUser(account: Omit<NewAccount, "passwordHash"> & { readonly password: string }): Promise<{ id: string }>;
  /** False where the current password is wrong. */
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Ends the person's sessions but `except`, their open lines, and browsers' leave to skip the code. */
  setPasswordHash(userId: string, passwordHash: string, except?: string): Promise<void>;
  /** Ends sessions and what is open in them, at once; `by` asked for it. How many ended. */
  endSessions(which: WhichSessions, by: string): Promise<number>;
  /** For the route that refuses a guess before better-auth hears of it. */
  noteRefusedSignIn(email: string): Promise<void>;
  /** Writes down what was only counted of failed attempts to sign in. */
  close(): Promise<void>;
}

const LOOK_AGAIN_MS = 3_000;

export function createAuthentication(
  db: Database,
  events: ServerEvents,
  settings: AuthenticationSettings,
): Authentication {
  const apps = createAuthenticatorApps(db, settings.secret);
  const audit = createSignInAudit(db);
  const build = (provider: Provider | null) => createBetterAuth(db, events, apps, settings, provider, audit.plugin);
  let auth = build(null);
  let lookedAt = Number.NEGATIVE_INFINITY;
  let hasProvider = false;

  /** A provider that is down at the start costs nobody the password: it is looked for again when somebody wants it. */
  const findProvider = async (): Promise<boolean> => {
    if (hasProvider || !settings.institution || performance.now() - lookedAt < LOOK_AGAIN_MS) return hasProvider;
    lookedAt = performance.now();
    try {
      const withProvider = build(await discoverProvider(settings.institution));
      const { socialProviders } = await withProvider.$context;
      if (!socialProviders.some(({ id }) => id === INSTITUTION)) throw new Error("Its keys cannot be used.");
      auth = withProvider;
      hasProvider = true;
    } catch (error) {
      // Without its causes: a refused connection would be told as one of the database.
      const why = error instanceof Error ? error.message : String(error);
      failureLog.failed(`finding ${settings.institution.issuer}`, new Error(why));
    }
    return hasProvider;
  };
  void findProvider();
  const cookieName = sessionCookieName(isSecure(settings.publicUrl));
  const hashPassword = (password: string) => passwordHashing.hash(password);
  return {
    async userOf({ cookie }) {
      const token = readSignedCookie(cookie, cookieName, settings.secret);
      return token === null ? null : findSession(db, token);
    },
    async visitorOf({ cookie }, volumeId) {
      const token = readSignedCookie(cookie, cookieName, settings.secret);
      return token === null ? null : findVisit(db, token, volumeId);
    },
    answer(request, network) {
      request.headers.set(CLIENT_NETWORK_HEADER, network);
      return auth.handler(request);
    },
    apps,
    institution: settings.institution && { name: settings.institution.name, isThere: findProvider },
    guard: createGuessGuard(createAttemptLimit(), db),
    hashPassword,
    refuseTakenEmail: (email) => refuseTakenEmail(db, email),
    insertUser: (account, within) => insertAccount(within, account),
    createUser: async ({ password, ...fields }) =>
      insertAccount(db, { ...fields, passwordHash: await hashPassword(password) }),
    isPassword: (userId, password) => isPasswordOf(db, userId, password),
    async setPasswordHash(userId, passwordHash, except) {
      await db.transaction(async (tx) => {
        const sessionsEnded = await replacePassword(tx, userId, passwordHash, except);
        await recordAudit(tx, { act: "account.password-changed", by: userId, details: { sessionsEnded } });
      });
      events.publish({ topic: "account", userId });
    },
    async endSessions(which, by) {
      const ended = await db.transaction(async (tx) => {
        const sessions = await deleteSessions(tx, which);
        const person = await auditedPerson(tx, which.userId);
        if (sessions > 0) await recordAudit(tx, { act: "session.ended", by, details: { person, sessions } });
        return sessions;
      });
      events.publish({ topic: "account", userId: which.userId });
      return ended;
    },
    noteRefusedSignIn: audit.noteRefused,
    close: audit.close,
  };
}
