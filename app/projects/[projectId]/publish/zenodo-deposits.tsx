"use client";
import { Divider, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import type { DepositPlace } from "../../../../core/publication/deposit.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { ActableDeposit } from "./actable-deposit.tsx";
import { type DepositedVersion, NewDeposit } from "./new-deposit.tsx";

/** A frozen version at Zenodo: its drafts and records, and for owners what makes a draft. Null: those of versions that were deleted. */
export function ZenodoDeposits({ version }: { version: DepositedVersion | null }) {
  const { id: projectId, role } = useProject();
  const trpc = useTRPC();
  const [chosen, setPlace] = useState<DepositPlace>("zenodo");
  const list = useQuery(trpc.zenodo.list.queryOptions({ projectId }));
  const tokens = useQuery(trpc.zenodo.myTokens.queryOptions(undefined, { enabled: role === "owner" }));
  if (list.error) return <ProblemAlert problem={problemOfError(list.error)} onRetry={() => void list.refetch()} />;
  if (!list.data) return null;
  const { deposits, lacking } = list.data;
  const shown = deposits.filter((one) => one.versionId === (version?.id ?? null));
  const isAt = (at: DepositPlace): boolean => shown.some(({ place }) => place === at);
  // Who has tried it in the sandbox goes on to the real one; who is there has nothing to try any more.
  const place = isAt("sandbox") ? "zenodo" : chosen;
  const mayMake = version !== null && role === "owner" && tokens.data?.isOffered === true && !isAt("zenodo");
  if (shown.length === 0 && !mayMake) return null;
  const name = version ? `Zenodo, version ${version.version}` : "Zenodo, deleted versions";
  return (
    <Stack gap="sm" component="section" aria-label={name}>
      <Divider label={version ? "Zenodo" : "At Zenodo, of versions that were deleted here"} labelPosition="left" />
      {shown.map((deposit) => (
        <ActableDeposit key={deposit.id} deposit={deposit} licence={version?.licence ?? ""} />
      ))}
      {mayMake && (
        <NewDeposit
          key={place}
          version={version}
          place={place}
          missing={lacking.find((one) => one.versionId === version.id)?.fields ?? []}
          hasToken={tokens.data?.kept.some((one) => one.place === place) ?? false}
          lastRecord={
            deposits.find((one) => one.place === place && one.state === "published" && one.isOwn)?.recordId ?? null
          }
          onPlace={isAt("sandbox") ? null : setPlace}
        />
      )}
    </Stack>
  );
}
