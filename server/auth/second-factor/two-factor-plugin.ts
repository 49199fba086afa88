import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { twoFactor } from "better-auth/plugins";
import type { AuthenticatorApps } from "./authenticator-app.ts";
import { hashRecoveryCode } from "./recovery-codes.ts";
import { CODE_DIGITS, CODE_PERIOD_S } from "./totp-code.ts";

/** Of better-auth's paths for second factors these alone are open (http/auth-route.ts): they end a sign-in. */
export const CODE_PATH = "/two-factor/verify-totp";
export const RECOVERY_PATH = "/two-factor/verify-backup-code";

/**
 * Better-auth's part: after the right password it keeps the sign-in waiting for ten minutes, counts wrong codes (five for one
 * sign-in; ten in a row lock the account's codes for a quarter of an hour) and trusts browsers for 30 days on demand.
 */
export const codeChallenge = () =>
  twoFactor({
    issuer: "Karyoloop",
    totpOptions: { digits: CODE_DIGITS, period: CODE_PERIOD_S },
    // They come to it as hashes (see below), and are kept as they come.
    backupCodeOptions: { storeBackupCodes: { encrypt: async (codes) => codes, decrypt: async (codes) => codes } },
  });

interface Challenge {
  context: {
    createAuthCookie(name: string): { name: string };
    secret: string;
    internalAdapter: { findVerificationValue(identifier: string): Promise<{ value: string } | null> };
  };
  getSignedCookie(name: string, secret: string): Promise<string | false | null | undefined>;
}

/** Who waits to give a code in this browser. */
async function challengedUser({ context, getSignedCookie }: Challenge): Promise<string | null> {
  const identifier = await getSignedCookie(context.createAuthCookie("two_factor").name, context.secret);
  return identifier ? ((await context.internalAdapter.findVerificationValue(identifier))?.value ?? null) : null;
}

const refuse = (code: string, message: string) => new APIError("UNAUTHORIZED", { code, message });

/** What better-auth does not do: a code is accepted once, and recovery codes are looked up by their hash. */
export function strictCodes(apps: AuthenticatorApps, secret: string): BetterAuthPlugin {
  return {
    id: "karyoloop-strict-codes",
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === CODE_PATH || path === RECOVERY_PATH,
          handler: createAuthMiddleware(async (ctx) => {
            // Within a session nothing counts wrong codes; nobody needs to give one there.
            if (await getSessionFromCtx(ctx)) throw refuse("SIGNED_IN", "You are signed in.");
            const code = String(ctx.body?.code ?? "").trim();
            if (ctx.path === RECOVERY_PATH)
              return {
                context: { body: { code: hashRecoveryCode(code, secret) } },
              };
            const userId = await challengedUser(ctx as unknown as Challenge);
            if (userId && (await apps.takeCode(userId, code)) === "used")
              throw refuse("CODE_USED", "This code was used before.");
            return { context: { body: { code } } };
          }),
        },
      ],
    },
  };
}
