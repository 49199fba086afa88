import type { IncomingMessage, ServerResponse } from "node:http";
import { fromNodeHeaders } from "better-auth/node";
import { isProblem } from "../../core/problem.ts";
import { createAttemptLimit, type WaitRule } from "../auth/attempt-limit.ts";
import { tooManyAttempts } from "../auth/guess-guard.ts";
import type { Client } from "../entrance/client-address.ts";
import { parseJson } from "../entrance/json-bounds.ts";
import { readBody } from "../entrance/read-body.ts";
import { HttpRefusal, sendJson } from "../entrance/route.ts";
import type { Services } from "../services.ts";
import { AUTH_PREFIX, needsInstitution, openAuthPaths, PASSWORD_PATH } from "./auth-paths.ts";

/** What a passkey says of itself is the largest. */
const MAX_BODY_BYTES = 16 << 10;

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

async function send(response: ServerResponse, answer: Response, client: Client, method: string): Promise<void> {
  const text = await answer.text();
  const bytes = Buffer.from(method === "POST" ? withoutSession(text) : text);
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

/** better-auth's routes: it gets what auth-paths.ts lists and nothing else, and guesses of passwords are counted before. */
export async function answerAuth(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  client: Client,
): Promise<void> {
  const { authentication } = services;
  const name = url.pathname.slice(AUTH_PREFIX.length);
  const path = Object.hasOwn(openAuthPaths, name) ? openAuthPaths[name] : null;
  if (!path || path.method !== request.method)
    return sendJson(response, 404, { tag: "closed", what: "Accounts are made by invitation." });
  const bytes = path.method === "POST" ? await readBody(request, MAX_BODY_BYTES) : null;
  const body = path.body.safeParse(bytes && bytes.length > 0 ? parseJson(bytes) : {});
  if (!body.success) throw new HttpRefusal(400, "This is not what this address takes.");
  if (path.waits) reserveChallenge(client.network);
  if (needsInstitution(name) && !(await authentication.institution?.isThere()))
    return sendJson(response, 503, { tag: "provider-away", what: "The institution's sign-in does not answer." });
  const headers = fromNodeHeaders(request.headers);
  headers.delete("content-length");
  headers.delete("transfer-encoding");
  if (bytes) headers.set("content-type", "application/json");
  const asked = new Request(
    `${client.secure ? "https" : "http"}://${client.host || "localhost"}${url.pathname}${path.query ? url.search : ""}`,
    { method: path.method, headers, body: bytes ? JSON.stringify(body.data) : null },
  );
  const ask = () => authentication.answer(asked, client.network);
  const answer =
    name === PASSWORD_PATH ? await guessPassword(services, String(body.data.email), client, ask) : await ask();
  await send(response, answer, client, path.method);
}

/** Only a wrong password counts; an answer that never came to that does not. */
async function guessPassword(
  { authentication }: Services,
  email: string,
  client: Client,
  ask: () => Promise<Response>,
): Promise<Response> {
  let answer: Response | undefined;
  try {
    await authentication.guard.guess("password", email, client.network, async () => {
      answer = await ask();
      if (!answer.ok && answer.status !== 401) throw new NotJudged();
      return answer.ok;
    });
  } catch (error) {
    if (isProblem(error) && error.waitSeconds !== undefined) await authentication.noteRefusedSignIn(email);
    if (!(error instanceof NotJudged)) throw error;
  }
  if (!answer) throw new HttpRefusal(500, "The password was not tried.");
  return answer;
}
