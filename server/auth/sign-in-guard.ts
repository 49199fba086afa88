import { APIError, createAuthMiddleware } from "better-auth/api";
import { createAttemptLimit } from "./attempt-limit.ts";

const WINDOW_MS = 15 * 60_000;
/** Per account and address: a colleague elsewhere is not locked out by somebody who guesses. */
const FAILURES_PER_ACCOUNT_AND_ADDRESS = 10;
/** Per address over all accounts, and per account over all addresses. */
const FAILURES_PER_ADDRESS = 100;
const FAILURES_PER_ACCOUNT = 200;

/** Set from the socket by authentication.ts, whatever the client sent under that name. */
export const CLIENT_ADDRESS_HEADER = "x-karyoloop-client";
const SIGN_IN_PATH = "/sign-in/email";

/** Hooks of better-auth that refuse further guesses of a password with 429; `onRefused` is told of each. */
export function createSignInGuard(onRefused: (account: string) => Promise<void>) {
  const limits = [
    createAttemptLimit({ failures: FAILURES_PER_ACCOUNT_AND_ADDRESS, windowMs: WINDOW_MS }),
    createAttemptLimit({ failures: FAILURES_PER_ADDRESS, windowMs: WINDOW_MS }),
    createAttemptLimit({ failures: FAILURES_PER_ACCOUNT, windowMs: WINDOW_MS }),
  ];
  const keysOf = (context: { body?: { email?: unknown }; headers?: Headers | undefined }): string[] => {
    const address = context.headers?.get(CLIENT_ADDRESS_HEADER) ?? "";
    const email = String(context.body?.email ?? "")
      .slice(0, 320)
      .toLowerCase();
    return [`${address} ${email}`, address, email];
  };
  return {
    before: createAuthMiddleware(async (context) => {
      if (context.path !== SIGN_IN_PATH) return;
      const keys = keysOf(context);
      if (!limits.some((limit, i) => limit.isBlocked(keys[i]))) return;
      await onRefused(keys[2]);
      throw new APIError("TOO_MANY_REQUESTS", { message: "Too many attempts to sign in." });
    }),
    after: createAuthMiddleware(async (context) => {
      if (context.path !== SIGN_IN_PATH) return;
      const keys = keysOf(context);
      if (!(context.context.returned instanceof APIError)) limits[0].forget(keys[0]);
      else for (const [i, limit] of limits.entries()) limit.countFailure(keys[i]);
    }),
  };
}
