import type { QueryClient } from "@tanstack/react-query";
import { type ProposalColumns, withoutProposal } from "../../core/labels/proposal-columns.ts";
import type { ProposalsEvent } from "../../server/index.ts";

/** Takes a proposal that somebody has decided out of the list that a page holds, without a question. */
export function patchProposals(
  cache: QueryClient,
  listKey: (volumeId: string) => readonly unknown[],
  { volumeId, settled }: ProposalsEvent,
): void {
  if (settled === undefined) return;
  const queryKey = listKey(volumeId);
  const query = cache.getQueryCache().find({ queryKey });
  const apply = () =>
    cache.setQueryData<ProposalColumns>(queryKey, (held) => (held ? withoutProposal(held, settled) : held));
  // A list that is on its way may be from before the decision.
  if (query?.state.fetchStatus === "fetching" && query.promise) void query.promise.then(apply, apply);
  else apply();
}
