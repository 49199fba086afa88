"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { DepositCard } from "../../../../components/publish/deposit/deposit-card.tsx";
import type { DepositView } from "../../../../components/publish/deposit/deposit-view.ts";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { type DepositAct, placeNames } from "../../../../core/publication/deposit.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

/** A deposit with what can be done with it; what cannot be taken back is asked for twice. */
export function ActableDeposit({ deposit, licence }: { deposit: DepositView; licence: string }) {
  const { id: projectId, role } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<"publish" | "discard" | null>(null);
  const changed = {
    onSuccess: async () => {
      setAsked(null);
      await queryClient.invalidateQueries({ queryKey: trpc.zenodo.list.queryKey({ projectId }) });
    },
  };
  const goOn = useMutation(trpc.zenodo.goOn.mutationOptions(changed));
  const cancel = useMutation(trpc.zenodo.cancel.mutationOptions(changed));
  const publish = useMutation(trpc.zenodo.publish.mutationOptions(changed));
  const discard = useMutation(trpc.zenodo.discard.mutationOptions(changed));
  const forget = useMutation(trpc.zenodo.forget.mutationOptions(changed));
  const input = { projectId, depositId: deposit.id };
  const { version, doi } = deposit;
  const place = placeNames[deposit.place];

  const act = (what: DepositAct | "forget"): void => {
    for (const one of [goOn, cancel, publish, discard, forget]) one.reset();
    if (what === "goOn") goOn.mutate(input);
    else if (what === "cancel") cancel.mutate(input);
    else if (what === "forget") forget.mutate(input);
    else setAsked(what);
  };
  const failed = [goOn, cancel, forget].find(({ error }) => error)?.error;
  return (
    <>
      <DepositCard
        deposit={deposit}
        mayAct={role === "owner"}
        pending={goOn.isPending || cancel.isPending || forget.isPending}
        onAct={act}
      />
      {failed && <ProblemAlert problem={problemOfError(failed)} />}
      <ConfirmDialog
        opened={asked === "publish" && doi !== null}
        title={`Publish version ${version} at ${place}?`}
        text={`Everybody may then download it${licence ? ` under ${licence}` : ""}, and it stays there for ever: a record with a DOI is not deleted, and its files are not changed. Look at the draft there first.`}
        confirmLabel="Publish it for ever"
        typeToConfirm={doi ?? ""}
        pending={publish.isPending}
        problem={publish.error ? problemOfError(publish.error) : null}
        onClose={() => setAsked(null)}
        onConfirm={() => publish.mutate({ ...input, doi: doi ?? "" })}
      />
      <ConfirmDialog
        opened={asked === "discard"}
        title={`Discard the draft of version ${version}?`}
        text={`Its files at ${place} are deleted, and its reserved DOI is lost. The version here stays.`}
        confirmLabel="Discard it"
        pending={discard.isPending}
        problem={discard.error ? problemOfError(discard.error) : null}
        onClose={() => setAsked(null)}
        onConfirm={() => discard.mutate(input)}
      />
    </>
  );
}
