import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { genericOAuth } from "better-auth/plugins";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../db/client.ts";
import { session } from "../../../db/schema/index.ts";
import { isConfirmed } from "../sessions/confirmed-session.ts";
import type { InstitutionSettings, Provider } from "./discovery.ts";

/** The provider's name in rows of accounts and in the paths. */
export const INSTITUTION = "institution";
export const SIGN_IN_PATH = "/sign-in/social";
export const LINK_PATH = "/link-social";

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  email: z.email().max(320).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().max(400).optional().catch(undefined),
  given_name: z.string().max(200).optional().catch(undefined),
  family_name: z.string().max(200).optional().catch(undefined),
});
type Claims = z.output<typeof claimsSchema>;

const ANSWER_WITHIN_MS = 10_000;

/** What the identity token says; better-auth has verified its signature, issuer, audience, time and nonce by then. */
function readClaims(idToken: string): Claims | null {
  const parsed = claimsSchema.safeParse(JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString()));
  return parsed.success ? parsed.data : null;
}

/** The rest, where the token is short; another person's answer is thrown away (OpenID Connect Core, 5.3.2). */
async function askMore(url: string, accessToken: string, sub: string): Promise<Partial<Claims>> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${accessToken}` },
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const parsed = claimsSchema.safeParse(answer.ok ? await answer.json() : null);
  return parsed.success && parsed.data.sub === sub ? parsed.data : {};
}

export const institutionProvider = (settings: InstitutionSettings, provider: Provider) =>
  genericOAuth({
    config: [
      {
        providerId: INSTITUTION,
        name: settings.name,
        discoveryUrl: provider.discoveryUrl,
        clientId: settings.clientId,
        clientSecret: settings.clientSecret,
        scopes: ["openid", "profile", "email"],
        pkce: true,
        requireIdTokenVerification: true,
        disableSignUp: settings.allowedDomains.length === 0,
        disableProviderLogout: true,
        accountSubject: ({ profile }) => String(profile.sub ?? ""),
        async getUserInfo({ idToken, accessToken }) {
          const claims = idToken ? readClaims(idToken) : null;
          if (!claims) return null;
          const isShort = claims.email === undefined || (claims.name ?? claims.family_name) === undefined;
          const { userInfoUrl } = provider;
          const more = isShort && userInfoUrl && accessToken ? await askMore(userInfoUrl, accessToken, claims.sub) : {};
          // An address counts as verified by the answer that names it.
          const from = claims.email === undefined ? more : claims;
          const all = { ...more, ...claims };
          return {
            id: claims.sub,
            sub: claims.sub,
            // better-auth wants an address; this is nobody's, is never shown, and joins no account.
            email: from.email ?? `${Buffer.from(claims.sub).toString("hex").slice(0, 60)}@no-email.invalid`,
            emailVerified: from.email !== undefined && from.email_verified === true,
            name: all.name ?? [all.given_name, all.family_name].filter(Boolean).join(" "),
          };
        },
      },
    ],
  });

const isOwnPath = (path: unknown): path is string => typeof path === "string" && /^\/(?![/\\])[^\s\\]*$/.test(path);

/** What a browser may say when it begins is one path of ours (http/auth-paths.ts leaves the rest out). */
export function strictInstitution(db: Database): BetterAuthPlugin {
  return {
    id: "karyoloop-strict-institution",
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === SIGN_IN_PATH || path === LINK_PATH,
          handler: createAuthMiddleware(async (ctx) => {
            const linking = ctx.path === LINK_PATH;
            if (linking) {
              const found = await getSessionFromCtx(ctx);
              const [row] = await db
                .select({ confirmedAt: session.confirmedAt })
                .from(session)
                .where(eq(session.id, found?.session.id ?? ""));
              if (!row || !isConfirmed(row))
                throw new APIError("FORBIDDEN", { code: "CONFIRM_NEEDED", message: "Type your password once more." });
            }
            const next = ctx.body?.callbackURL;
            const body = {
              provider: INSTITUTION,
              callbackURL: linking ? "/account" : isOwnPath(next) ? next : "/projects",
              errorCallbackURL: linking ? "/account" : "/sign-in",
              disableRedirect: true,
            };
            return { context: { body } };
          }),
        },
      ],
    },
  };
}
