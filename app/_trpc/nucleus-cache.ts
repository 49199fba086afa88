import type { QueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { applyNucleusPatch, type NucleusPatch } from "../../core/labels/nucleus-columns.ts";
import type { AppRouter, NucleiEvent } from "../../server/index.ts";

type Outputs = inferRouterOutputs<AppRouter>["nucleus"];

/** Keys as `trpc.nucleus.….queryKey(input)` gives them. */
export interface NucleusKeys {
  list(volumeId: string): readonly unknown[];
  counts(projectId: string): readonly unknown[];
}

/**
 * What a page holds of nuclei, with the change that the event tells: nothing is asked for because somebody painted. Where
 * a change was missed, the list is asked for again.
 */
export function patchNuclei(
  cache: QueryClient,
  keys: NucleusKeys,
  { projectId, volumeId, patch, counts }: NucleiEvent,
): void {
  if (patch) {
    const query = cache.getQueryCache().find({ queryKey: keys.list(volumeId) });
    const apply = () => patchList(cache, keys.list(volumeId), patch);
    // A list that is on its way may be from before this change, or have it in.
    if (query?.state.fetchStatus === "fetching" && query.promise) void query.promise.then(apply, apply);
    else apply();
  }
  if (counts)
    cache.setQueryData<Outputs["counts"]>(keys.counts(projectId), (held) =>
      held?.map((one) => (one.volumeId === volumeId ? { ...one, counts } : one)),
    );
}

function patchList(cache: QueryClient, queryKey: readonly unknown[], patch: NucleusPatch): void {
  const held = cache.getQueryData<Outputs["list"]>(queryKey);
  if (!held) return;
  const next = applyNucleusPatch(held, patch);
  if (!next) void cache.invalidateQueries({ queryKey });
  else if (next !== held) cache.setQueryData<Outputs["list"]>(queryKey, next);
}
