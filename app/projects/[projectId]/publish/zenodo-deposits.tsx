"use client";
import { Divider, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { DepositCard } from "../../../../components/publish/deposit/deposit-card.tsx";
import type { DepositView } from "../../../../components/publish/deposit/deposit-view.ts";
import { DraftForm } from "../../../../components/publish/deposit/draft-form.tsx";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { type DepositAct, type DepositPlace, placeNames } from "../../../../core/publication/deposit.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { ZenodoToken } from "./zenodo-token.tsx";

/** A frozen version at Zenodo: its drafts and records, and for owners what makes a draft. */
export function ZenodoDeposits({
  versionId,
  version,
  licence,
}: {
  versionId: string;
  version: number;
  licence: string;
}) {
  const { id: projectId, role } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [chosen, setPlace] = useState<DepositPlace>("zenodo");
  const [asked, setAsked] = useState<{ act: "publish" | "discard"; deposit: DepositView } | null>(null);
  const list = useQuery(trpc.zenodo.list.queryOptions({ projectId }));
  const tokens = useQuery(trpc.zenodo.myTokens.queryOptions(undefined, { enabled: role === "owner" }));
  const changed = {
    onSuccess: async () => {
      setAsked(null);
      await queryClient.invalidateQueries({ queryKey: trpc.zenodo.list.queryKey({ projectId }) });
    },
  };
  const makeDraft = useMutation(trpc.zenodo.makeDraft.mutationOptions(changed));
  const goOn = useMutation(trpc.zenodo.goOn.mutationOptions(changed));
  const cancel = useMutation(trpc.zenodo.cancel.mutationOptions(changed));
  const publish = useMutation(trpc.zenodo.publish.mutationOptions(changed));
  const discard = useMutation(trpc.zenodo.discard.mutationOptions(changed));
  const forget = useMutation(trpc.zenodo.forget.mutationOptions(changed));
  if (list.error) return <ProblemAlert problem={problemOfError(list.error)} onRetry={() => void list.refetch()} />;
  if (!list.data) return null;
  const ofVersion = list.data.deposits.filter((one) => one.versionId === versionId);
  const isAt = (at: DepositPlace): boolean => ofVersion.some(({ place }) => place === at);
  // Who has tried it in the sandbox goes on to the real one; who is there has nothing to try any more.
  const place = isAt("sandbox") ? "zenodo" : chosen;
  const isFree = !isAt("zenodo");
  const mayAct = role === "owner";
  const mayMake = mayAct && tokens.data?.isOffered === true;
  if (ofVersion.length === 0 && !mayMake) return null;

  const act = (deposit: DepositView, what: DepositAct | "forget"): void => {
    const input = { projectId, depositId: deposit.id };
    for (const one of [goOn, cancel, publish, discard, forget]) one.reset();
    if (what === "goOn") goOn.mutate(input);
    else if (what === "cancel") cancel.mutate(input);
    else if (what === "forget") forget.mutate(input);
    else setAsked({ act: what, deposit });
  };
  const failed = [goOn, cancel, forget].find(({ error }) => error)?.error;
  const lastRecord = list.data.deposits.find(
    (one) => one.place === place && one.state === "published" && one.isOwn && one.versionId !== versionId,
  );
  return (
    <Stack gap="sm" component="section" aria-label={`Zenodo, version ${version}`}>
      <Divider label="Zenodo" labelPosition="left" />
      {ofVersion.map((deposit) => (
        <DepositCard
          key={deposit.id}
          deposit={deposit}
          mayAct={mayAct}
          pending={goOn.isPending || cancel.isPending || forget.isPending}
          onAct={(what) => act(deposit, what)}
        />
      ))}
      {failed && <ProblemAlert problem={problemOfError(failed)} />}
      {mayMake && isFree && (
        <DraftForm
          key={place}
          version={version}
          place={place}
          missing={list.data.lacking.find((one) => one.versionId === versionId)?.fields ?? []}
          hasToken={tokens.data?.kept.some((one) => one.place === place) ?? false}
          lastRecord={lastRecord?.recordId ?? null}
          pending={makeDraft.isPending}
          problem={makeDraft.error ? problemOfError(makeDraft.error) : null}
          onPlace={isAt("sandbox") ? null : setPlace}
          onMake={(earlierRecord) => makeDraft.mutate({ projectId, versionId, place, earlierRecord })}
        >
          <ZenodoToken place={place} />
        </DraftForm>
      )}
      {asked?.act === "publish" && (
        <ConfirmDialog
          opened
          title={`Publish version ${version} at ${placeNames[asked.deposit.place]}?`}
          text={`Everybody may then download it${licence ? ` under ${licence}` : ""}, and it stays there for ever: a record with a DOI is not deleted, and its files are not changed. Look at the draft there first.`}
          confirmLabel="Publish it for ever"
          typeToConfirm={asked.deposit.doi ?? undefined}
          pending={publish.isPending}
          problem={publish.error ? problemOfError(publish.error) : null}
          onClose={() => setAsked(null)}
          onConfirm={() => publish.mutate({ projectId, depositId: asked.deposit.id, doi: asked.deposit.doi ?? "" })}
        />
      )}
      {asked?.act === "discard" && (
        <ConfirmDialog
          opened
          title={`Discard the draft of version ${version}?`}
          text={`Its files at ${placeNames[asked.deposit.place]} are deleted, and its reserved DOI is lost. The version here stays.`}
          confirmLabel="Discard it"
          pending={discard.isPending}
          problem={discard.error ? problemOfError(discard.error) : null}
          onClose={() => setAsked(null)}
          onConfirm={() => discard.mutate({ projectId, depositId: asked.deposit.id })}
        />
      )}
      <Text size="xs" c="dimmed" hidden={!ofVersion.some(({ state }) => state === "draft")}>
        A draft is seen in the account it was made with, and by nobody else. Until it is published its DOI leads
        nowhere.
      </Text>
    </Stack>
  );
}
