import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { toNodeHandler } from "better-auth/node";
import type { Database, Transaction } from "../../db/client.ts";
import type { ServerEvents } from "../events.ts";
import { type AuthenticationSettings, createBetterAuth, isSecure } from "./create-better-auth.ts";
import { insertAccount, isPasswordOf, type NewAccount, replacePassword } from "./password-account.ts";
import { hashPassword } from "./password-hash.ts";
import { readSignedCookie, sessionCookieName } from "./sessions/session-cookie.ts";
import { deleteSessions, findSession, type SignedInUser, type WhichSessions } from "./sessions/sessions.ts";
import { CLIENT_ADDRESS_HEADER } from "./sign-in-guard.ts";

export type { SignedInUser } from "./sessions/sessions.ts";

export interface Authentication {
  /** Null for strangers and for sessions that ended. */
  userOf(headers: IncomingHttpHeaders): Promise<SignedInUser | null>;
  /** better-auth's own routes below /api/auth; start-server.ts says which are open. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Makes an account, in the transaction that uses up the link or invitation behind it: there is no open registration.
   * A taken address or name is a Problem.
   */
  createUser(account: NewAccount, within?: Transaction): Promise<{ id: string }>;
  /** False where the current password is wrong. */
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Ends the person's sessions but `except`, their open lines, and browsers' leave to skip the code. */
  setPassword(userId: string, password: string, except?: string): Promise<void>;
  /** Ends sessions and what is open in them, at once. How many ended. */
  endSessions(which: WhichSessions): Promise<number>;
}

export function createAuthentication(
  db: Database,
  events: ServerEvents,
  settings: AuthenticationSettings,
): Authentication {
  const handler = toNodeHandler(createBetterAuth(db, events, settings));
  const cookieName = sessionCookieName(isSecure(settings.publicUrl));
  const userOf = async ({ cookie }: IncomingHttpHeaders): Promise<SignedInUser | null> => {
    const token = readSignedCookie(cookie, cookieName, settings.secret);
    return token === null ? null : findSession(db, token);
  };
  return {
    userOf,
    async handle(request, response) {
      request.headers[CLIENT_ADDRESS_HEADER] = request.socket.remoteAddress ?? "";
      await handler(request, response);
    },
    createUser: (account, within) => insertAccount(within ?? db, account),
    isPassword: (userId, password) => isPasswordOf(db, userId, password),
    async setPassword(userId, password, except) {
      const hash = await hashPassword(password);
      await db.transaction((tx) => replacePassword(tx, userId, hash, except));
      events.publish({ topic: "account", userId });
    },
    async endSessions(which) {
      const ended = await deleteSessions(db, which);
      events.publish({ topic: "account", userId: which.userId });
      return ended;
    },
  };
}
