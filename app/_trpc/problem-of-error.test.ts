import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import { expect, it } from "vitest";
import type { AppRouter } from "../../server/index.ts";
import { isOffline, problemOfError } from "./problem-of-error.ts";

const answered = (data: Record<string, unknown>) =>
  TRPCClientError.from({ error: { message: "Something went wrong on the server.", code: -32603, data } } as never);

it("names the request of a fault of the server, so that its line in the log can be found", () => {
  const problem = problemOfError(answered({ code: "INTERNAL_SERVER_ERROR", requestId: "0123456789ab" }));
  expect(problem).toMatchObject({ tag: "server-error", requestId: "0123456789ab" });
  expect(problem.hint).toContain("tell whoever runs this server which request failed");
});

it("names no request of what a person can set right", () => {
  const given = { tag: "email-taken", what: "There is an account with this email already." };
  expect(
    problemOfError(answered({ code: "UNPROCESSABLE_CONTENT", requestId: "0123456789ab", problem: given })),
  ).toEqual(given);
  expect(problemOfError(answered({ code: "FORBIDDEN", requestId: "0123456789ab" })).requestId).toBeUndefined();
});

const failureOf = (fetch: () => Promise<Response>): Promise<unknown> =>
  createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "http://lab/trpc", transformer: superjson, fetch })] })
    .account.me.query()
    .then(
      () => null,
      (error) => error,
    );

it("a refusal before any procedure says what the server said, and is not taken for a server that is away", async () => {
  const said = { tag: "unknown-host", what: "This server does not answer to the name in this address.", hint: "…" };
  const error = await failureOf(async () => Response.json(said, { status: 421 }));
  expect(problemOfError(error)).toEqual(said);
  expect(isOffline(error)).toBe(false);
});

it("no answer is a server that is away, and so is what a proxy says in its place", async () => {
  expect(isOffline(await failureOf(() => Promise.reject(new TypeError("Failed to fetch"))))).toBe(true);
  expect(isOffline(await failureOf(async () => new Response("<html>Bad Gateway</html>", { status: 502 })))).toBe(true);
});
