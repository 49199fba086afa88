"use client";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import type { inferRouterOutputs } from "@trpc/server";
import { type ReactNode, useState } from "react";
import { apiTransformer } from "../../core/contract/api-transformer.ts";
import type { AppRouter } from "../../server/index.ts";
import { isOffline, problemOfError } from "./problem-of-error.ts";
import { TRPCProvider } from "./trpc.ts";

const TRPC_URL = "/trpc";
/** The server takes no more calls in one request (server/http/trpc-route.ts). */
const MAX_BATCH = 20;
type Outputs = inferRouterOutputs<AppRouter>;
type Procedure = { [R in keyof Outputs & string]: `${R}.${keyof Outputs[R] & string}` }[keyof Outputs & string];

/** What may take longer than a person waits for the rest: a batch is answered when its slowest call is. */
const TRAVELS_ALONE: ReadonlySet<string> = new Set([
  "nucleus.list",
  "nucleus.counts",
  "training.state",
  "training.start",
  "learningCurve.points",
  "project.progress",
  "volume.roomInUse",
  "audit.verify",
] satisfies Procedure[]);
/** A question that hangs is as good as none; a training that starts counts and freezes first. */
const QUESTION_BOUND_MS = 60_000;
const ME_KEY = [["account", "me"]];

function createQueryClient(): QueryClient {
  // A session that ended shows everywhere at once: whoever asks next finds nobody signed in.
  const onError = (error: unknown) => {
    if (problemOfError(error).tag === "UNAUTHORIZED") void client.invalidateQueries({ queryKey: ME_KEY });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: "always", // the server may be this computer: `navigator.onLine` says nothing about it
        retry: (failures, error) => isOffline(error) && failures < 3,
        refetchInterval: (query) => (query.state.error && isOffline(query.state.error) ? 3_000 : false),
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}

const boundedFetch: typeof fetch = (url, init) => {
  if (init?.method === "POST") return fetch(url, init);
  const bound = AbortSignal.timeout(QUESTION_BOUND_MS);
  return fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, bound]) : bound });
};

const createApiClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url: TRPC_URL, transformer: apiTransformer }),
        false: splitLink({
          condition: ({ path }) => TRAVELS_ALONE.has(path),
          true: httpLink({ url: TRPC_URL, transformer: apiTransformer, fetch: boundedFetch }),
          false: httpBatchLink({
            url: TRPC_URL,
            transformer: apiTransformer,
            maxURLLength: 4_000,
            maxItems: MAX_BATCH,
            fetch: boundedFetch,
          }),
        }),
      }),
    ],
  });

/** One client and one cache per page load. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [apiClient] = useState(createApiClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={apiClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
