import { z } from "zod";

/** How people of an institution sign in with its accounts, by OpenID Connect. ORCID is one, without emails. */
export interface InstitutionSettings {
  /** As the provider spells it; its discovery document lies below. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** On the button. */
  readonly name: string;
  /** Whose verified email ends in one of these gets an account without an invitation. Lower case. */
  readonly allowedDomains: readonly string[];
}

const ANSWER_WITHIN_MS = 10_000;

const documentSchema = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url().optional(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.array(z.string()).min(1),
});

export interface Provider {
  readonly discoveryUrl: string;
  readonly userInfoUrl: string | undefined;
}

const withoutSlash = (url: string): string => url.replace(/\/$/, "");
const isLoopback = (url: URL): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);

/** Asks the provider what it can do. Rejects with a sentence where it does not answer, or is another than it should be. */
export async function discoverProvider({ issuer }: InstitutionSettings): Promise<Provider> {
  const discoveryUrl = `${withoutSlash(issuer)}/.well-known/openid-configuration`;
  const answer = await fetch(discoveryUrl, { redirect: "error", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!answer.ok) throw new Error(`${discoveryUrl} answers with ${answer.status}.`);
  const parsed = documentSchema.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw new Error(`${discoveryUrl} is no description of an OpenID Connect provider.`);
  const found = parsed.data;
  if (withoutSlash(found.issuer) !== withoutSlash(issuer))
    throw new Error(`${discoveryUrl} is that of ${found.issuer}: set OIDC_ISSUER to the provider's own spelling.`);
  for (const endpoint of [
    found.authorization_endpoint,
    found.token_endpoint,
    found.jwks_uri,
    found.userinfo_endpoint,
  ]) {
    const url = endpoint ? new URL(endpoint) : null;
    if (url && url.protocol !== "https:" && !isLoopback(url)) throw new Error(`${endpoint} is not https.`);
  }
  return { discoveryUrl, userInfoUrl: found.userinfo_endpoint };
}
