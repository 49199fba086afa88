import type { QueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter, ReviewEvent } from "../../server/index.ts";

type State = inferRouterOutputs<AppRouter>["review"]["state"];

/** Who looks at which nucleus, with the change that the event tells. */
export function patchReviewHolders(
  cache: QueryClient,
  keyOf: (volumeId: string) => readonly unknown[],
  { volumeId, label, heldBy }: ReviewEvent,
): void {
  const queryKey = keyOf(volumeId);
  // An answer that is on its way may be from before this change.
  if (cache.getQueryState(queryKey)?.fetchStatus === "fetching") void cache.invalidateQueries({ queryKey });
  cache.setQueryData<State>(
    queryKey,
    (held) =>
      held && {
        ...held,
        holders: [...held.holders.filter((one) => one.label !== label), ...(heldBy ? [{ label, ...heldBy }] : [])],
      },
  );
}
