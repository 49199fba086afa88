"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { TokenForm } from "../../../../components/publish/deposit/token-form.tsx";
import type { DepositPlace } from "../../../../core/publication/deposit.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** The signed-in person's own token for a place. */
export function ZenodoToken({ place }: { place: DepositPlace }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const tokens = useQuery(trpc.zenodo.myTokens.queryOptions());
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.zenodo.myTokens.queryKey() });
  const keep = useMutation(trpc.zenodo.keepToken.mutationOptions({ onSuccess }));
  const remove = useMutation(trpc.zenodo.removeToken.mutationOptions({ onSuccess }));
  const error = keep.error ?? remove.error;
  return (
    <TokenForm
      place={place}
      keptSince={tokens.data?.kept.find((one) => one.place === place)?.savedAt ?? null}
      pending={tokens.isPending || keep.isPending || remove.isPending}
      problem={error ? problemOfError(error) : null}
      onKeep={(token) => {
        remove.reset();
        keep.mutate({ place, token });
      }}
      onRemove={() => {
        keep.reset();
        remove.mutate({ place });
      }}
    />
  );
}
