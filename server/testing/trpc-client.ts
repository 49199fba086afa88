import { createTRPCClient, httpLink } from "@trpc/client";
import { apiTransformer } from "../../core/contract/api-transformer.ts";
import type { AppRouter } from "../index.ts";

/** A typed client over real HTTP, signed in by `cookie`. */
export const createTestClient = (address: string, cookie?: string) =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${address}/trpc`, transformer: apiTransformer, headers: cookie ? { cookie } : {} })],
  });
