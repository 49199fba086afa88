"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { DraftForm } from "../../../../components/publish/deposit/draft-form.tsx";
import type { DepositPlace } from "../../../../core/publication/deposit.ts";
import type { DescribedField } from "../../../../core/publication/missing-fields.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { ZenodoToken } from "./zenodo-token.tsx";

export interface DepositedVersion {
  readonly id: string;
  readonly version: number;
  readonly licence: string;
}

export interface NewDepositProps {
  readonly version: DepositedVersion;
  readonly place: DepositPlace;
  readonly missing: readonly DescribedField[];
  readonly hasToken: boolean;
  readonly lastRecord: string | null;
  readonly onPlace: ((place: DepositPlace) => void) | null;
}

export function NewDeposit({ version, place, ...form }: NewDepositProps) {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const make = useMutation(
    trpc.zenodo.makeDraft.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.zenodo.list.queryKey({ projectId }) }),
    }),
  );
  return (
    <DraftForm
      {...form}
      version={version.version}
      place={place}
      pending={make.isPending}
      problem={make.error ? problemOfError(make.error) : null}
      onMake={(earlierRecord) => make.mutate({ projectId, versionId: version.id, place, earlierRecord })}
    >
      <ZenodoToken place={place} />
    </DraftForm>
  );
}
