import { createTRPCClient, httpLink } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "../index.ts";

/** A typed client over real HTTP, signed in by `cookie`. */
export const createTestClient = (address: string, cookie?: string) =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${address}/trpc`, transformer: superjson, headers: cookie ? { cookie } : {} })],
  });
