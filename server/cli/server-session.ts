import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { createTRPCClient, httpLink } from "@trpc/client";
import superjson from "superjson";
import { Problem } from "../../core/problem.ts";
import type { AppRouter } from "../index.ts";

/** A signed-in connection of a command to a running server. */
export interface ServerSession {
  readonly address: string;
  readonly api: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** With the session's cookie. */
  readonly fetch: typeof fetch;
}

export async function signInToServer(address: string, email: string, password: string): Promise<ServerSession> {
  const answer = await fetch(`${address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: address },
    body: JSON.stringify({ email, password }),
  }).catch((cause) => {
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
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return {
    address,
    api: createTRPCClient<AppRouter>({
      links: [httpLink({ url: `${address}/trpc`, transformer: superjson, headers: { cookie } })],
    }),
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie } }),
  };
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
