import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

type Claims = Record<string, unknown>;

/** A small OpenID Connect provider that keeps to the contract, and breaks it on demand. Everybody who comes is `person`. */
export interface TestProvider {
  readonly issuer: string;
  person: Claims;
  /** Changes the claims of the next identity tokens. */
  spoil: (claims: Claims) => Claims;
  /** Signs with a key that is not among the published ones. */
  forge: boolean;
  /** What the last visit to the authorization endpoint asked. */
  readonly asked: URLSearchParams | null;
  /** The requests at the token endpoint that were refused, with the reason. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function startTestProvider(
  client: { readonly id: string; readonly secret: string },
  port = 0,
): Promise<TestProvider> {
  const [own, foreign] = [0, 1].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const codes = new Map<string, { challenge: string; redirectUri: string; nonce: string | null }>();
  const refused: string[] = [];
  let asked: URLSearchParams | null = null;
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/.well-known/openid-configuration")
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    if (url.pathname === "/keys")
      return json(200, { keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" }] });
    if (url.pathname === "/userinfo") return json(200, provider.person);
    if (url.pathname === "/authorize") {
      asked = url.searchParams;
      const redirectUri = asked.get("redirect_uri") ?? "";
      const code = randomUUID();
      codes.set(code, { challenge: asked.get("code_challenge") ?? "", redirectUri, nonce: asked.get("nonce") });
      const back = new URL(redirectUri);
      back.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString();
      return response.writeHead(302, { location: back.href }).end();
    }
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const given = new URLSearchParams(body);
      const basic = Buffer.from((request.headers.authorization ?? "").slice(6), "base64").toString();
      const code = codes.get(given.get("code") ?? "");
      codes.delete(given.get("code") ?? "");
      const refuse = (why: string) => {
        refused.push(why);
        json(400, { error: "invalid_grant", error_description: why });
      };
      if (!code) return refuse("unknown code");
      if (basic !== `${client.id}:${client.secret}` && given.get("client_secret") !== client.secret)
        return refuse("client");
      const challenge = createHash("sha256")
        .update(given.get("code_verifier") ?? "")
        .digest("base64url");
      if (challenge !== code.challenge) return refuse("verifier");
      if (given.get("redirect_uri") !== code.redirectUri) return refuse("redirect");
      const seconds = Math.floor(Date.now() / 1000);
      const claims = provider.spoil({
        iss: issuer,
        aud: client.id,
        iat: seconds,
        exp: seconds + 300,
        nonce: code.nonce,
        ...provider.person,
      });
      const signed = `${base64url({ alg: "RS256", kid: "k" })}.${base64url(claims)}`;
      const { privateKey } = provider.forge ? foreign : own;
      const signature = sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url");
      json(200, { access_token: randomUUID(), token_type: "Bearer", id_token: `${signed}.${signature}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = {
    issuer,
    person: {} as Claims,
    spoil: (claims: Claims) => claims,
    forge: false,
    get asked() {
      return asked;
    },
    refused,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}
