import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { createTRPCClient, httpLink } from "@trpc/client";
import { apiTransformer } from "../../core/contract/api-transformer.ts";
import { Problem } from "../../core/problem.ts";
import type { AppRouter } from "../index.ts";

/** A signed-in connection of a command to a running server. */
export interface ServerSession {
  readonly address: string;
  readonly api: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** With the session's cookie. */
  readonly fetch: typeof fetch;
}

const askServer = (address: string, path: string, body: unknown, cookie = "") =>
  fetch(`${address}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: address, ...(cookie && { cookie }) },
    body: JSON.stringify(body),
  });

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .filter((one) => !/max-age=0/i.test(one))
    .map((one) => one.split(";")[0])
    .join("; ");

/** `askCode` is asked where the account has an authenticator app; null = nobody can be asked. */
export async function signInToServer(
  address: string,
  email: string,
  password: string,
  askCode: () => Promise<string | null> = () => askPassword("Code of the authenticator app: "),
): Promise<ServerSession> {
  const answer = await askServer(address, "sign-in/email", { email, password }).catch((cause) => {
    throw new Problem(
      {
        tag: "server-unreachable",
        what: "The server does not answer.",
        where: address,
        hint: "Start it with npm start, or name its address with --server.",
      },
      { cause },
    );
  });
  if (!answer.ok)
    throw new Problem({
      tag: "sign-in-failed",
      what: answer.status === 429 ? "Too many attempts to sign in." : "Email or password is wrong.",
      where: `${address}, ${email}`,
      hint: "The account is the one you use in the browser.",
    });
  const { twoFactorRedirect } = (await answer.json()) as { twoFactorRedirect?: boolean };
  const cookie = twoFactorRedirect ? await giveCode(address, cookiesOf(answer), await askCode()) : cookiesOf(answer);
  return {
    address,
    api: createTRPCClient<AppRouter>({
      links: [httpLink({ url: `${address}/trpc`, transformer: apiTransformer, headers: { cookie } })],
    }),
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie } }),
  };
}

/** The session's cookie. */
async function giveCode(address: string, waiting: string, code: string | null): Promise<string> {
  const answer = code === null ? null : await askServer(address, "two-factor/verify-totp", { code }, waiting);
  if (!answer?.ok)
    throw new Problem({
      tag: "code-needed",
      what: code === null ? "This account asks for a code of its authenticator app." : "The code is not right.",
      where: address,
      hint: "Run the command in a terminal, and type the code that the app shows at that moment.",
    });
  return cookiesOf(answer);
}

/** Typed without being shown; null where nobody can be asked. */
export async function askPassword(prompt: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve) =>
    lines.question("", (answer) => {
      lines.close();
      process.stderr.write("\n");
      resolve(answer);
    }),
  );
}
