import { createTRPCClient, httpBatchLink } from "@trpc/client";
import superjson from "superjson";
import { expect, it } from "vitest";
import type { AppRouter } from "../../server/index.ts";
import { isOffline, problemOfError } from "./problem-of-error.ts";

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
