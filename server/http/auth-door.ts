import type { IncomingMessage, ServerResponse } from "node:http";
import { fromNodeHeaders } from "better-auth/node";
import { z } from "zod";
import { createAttemptLimit, type WaitRule } from "../auth/attempt-limit.ts";
import { tooManyAttempts } from "../auth/guess-guard.ts";
import { INSTITUTION_PATHS, LINK_PATH, SIGN_IN_PATH as SOCIAL_PATH } from "../auth/institution/institution-plugin.ts";
import { PASSKEY_PATHS } from "../auth/second-factor/passkeys.ts";
import { CODE_PATH, RECOVERY_PATH } from "../auth/second-factor/two-factor-plugin.ts";
import type { Services } from "../services.ts";
import type { Client } from "./client-address.ts";
import { parseJson } from "./entrance/json-bounds.ts";
import { readBody } from "./entrance/read-body.ts";
import { HttpRefusal, sendJson } from "./route.ts";

export const AUTH_PREFIX = "/api/auth/";
const SIGN_IN_PATH = "/api/auth/sign-in/email";
/** Accounts are made behind links only, never by better-auth's open sign-up. server/security/auth-paths.test.ts tries all. */
export const OPEN_PATHS: ReadonlySet<string> = new Set([
  SIGN_IN_PATH,
  "/api/auth/sign-out",
  `/api/auth${CODE_PATH}`,
  `/api/auth${RECOVERY_PATH}`,
  ...[...PASSKEY_PATHS, ...INSTITUTION_PATHS].map((path) => `/api/auth${path}`),
]);
/** What a passkey says of itself is the largest. */
const MAX_BODY_BYTES = 16 << 10;

const credentialsSchema = z.object({ email: z.string().max(320), password: z.string().max(1024) });

const WAITING: ReadonlySet<string> = new Set(
  [...PASSKEY_PATHS, SOCIAL_PATH, LINK_PATH].map((path) => `${AUTH_PREFIX}${path.slice(1)}`),
);
const CHALLENGES: WaitRule = { name: "challenges", free: 60, maxWaitSeconds: 15, forgetOneAfterSeconds: 5 };
const challenges = createAttemptLimit();

function reserveChallenge(network: string): void {
  const reserved = challenges.reserve([{ rule: CHALLENGES, key: network }]);
  if (!reserved.ok) throw tooManyAttempts(reserved.waitSeconds);
}

/** The answer is sent, but says nothing on the password. */
class NotJudged extends Error {}

/** better-auth repeats the token of a new session in its answer, where a script could read it: the cookie is enough. */
function withoutSession(text: string): string {
  try {
    const { token: _token, session: _session, user: _user, ...rest } = JSON.parse(text) ?? {};
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}

async function send(response: ServerResponse, answer: Response, client: Client): Promise<void> {
  const bytes = Buffer.from(withoutSession(await answer.text()));
  for (const [name, value] of answer.headers) if (name !== "set-cookie") response.setHeader(name, value);
  // better-auth knows one address only; the browser may have come by https through a proxy all the same.
  const cookies = answer.headers
    .getSetCookie()
    .map((cookie) => (client.secure && !/;\s*secure/i.test(cookie) ? `${cookie}; Secure` : cookie));
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  response.setHeader("cache-control", "private, no-store");
  response.setHeader("content-length", bytes.length);
  response.writeHead(answer.status);
  response.end(bytes);
}

/** better-auth's routes: it gets a whole, bounded body, and guesses of passwords are counted before it sees them. */
export async function answerAuth(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  client: Client,
): Promise<void> {
  const { authentication } = services;
  if (!OPEN_PATHS.has(url.pathname))
    return sendJson(response, 404, { tag: "closed", what: "Accounts are made by invitation." });
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const bytes = hasBody ? await readBody(request, MAX_BODY_BYTES) : null;
  const json = bytes && bytes.length > 0 ? parseJson(bytes) : {};
  const headers = fromNodeHeaders(request.headers);
  headers.delete("content-length");
  headers.delete("transfer-encoding");
  if (hasBody) headers.set("content-type", "application/json");
  // Each answer to such a question is a row that waits for some minutes, whoever asked.
  if (WAITING.has(url.pathname)) {
    reserveChallenge(client.network);
    if (
      authentication.institution &&
      !(await authentication.institution.isThere()) &&
      !url.pathname.includes("passkey")
    )
      return sendJson(response, 503, { tag: "provider-away", what: "The institution's sign-in does not answer." });
  }
  const scheme = client.secure ? "https" : "http";
  const asked = new Request(`${scheme}://${client.host || "localhost"}${url.pathname}${url.search}`, {
    method: request.method,
    headers,
    body: hasBody ? JSON.stringify(json) : null,
  });
  if (url.pathname !== SIGN_IN_PATH) return send(response, await authentication.answer(asked, client.network), client);
  const credentials = credentialsSchema.safeParse(json);
  if (request.method !== "POST" || !credentials.success)
    throw new HttpRefusal(400, "An email and a password are needed.");
  let answer: Response | undefined;
  await authentication.guard
    .guess("password", credentials.data.email, client.network, async () => {
      answer = await authentication.answer(asked, client.network);
      // Only a wrong password counts; an answer that never came to that does not.
      if (!answer.ok && answer.status !== 401) throw new NotJudged();
      return answer.ok;
    })
    .catch((error) => {
      if (!(error instanceof NotJudged)) throw error;
    });
  if (answer) await send(response, answer, client);
}
