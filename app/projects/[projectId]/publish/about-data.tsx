"use client";
import { Skeleton, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { OriginTable } from "../../../../components/publish/origin-table.tsx";
import { PublicationForm } from "../../../../components/publish/publication-form.tsx";
import { TargetReadiness } from "../../../../components/publish/target-readiness.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { missingFields } from "../../../../core/publication/missing-fields.ts";
import { changedFields, type Publication } from "../../../../core/publication/publication.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { useFindLicence } from "./use-find-licence.ts";

/** What every version says of itself, and where the images come from; owners fill it in, others read it. */
export function AboutData() {
  const { id: projectId, role, dataLicence: licence } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const saved = useQuery(trpc.publication.get.queryOptions({ projectId }));
  /** What was typed and not saved, with the revision that it was typed over. */
  const [edited, setEdited] = useState<{ fields: Publication; revision: number } | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.publication.pathKey() });
  const save = useMutation(
    trpc.publication.save.mutationOptions({
      onSuccess: async () => {
        await refresh();
        setEdited(null);
      },
    }),
  );
  const setOrigins = useMutation(trpc.publication.setOrigins.mutationOptions({ onSuccess: refresh }));
  const readOnly = role !== "owner";
  const isChanged =
    edited !== null && saved.data !== undefined && changedFields(saved.data.fields, edited.fields).length > 0;
  useWarningBeforeLeaving(isChanged);
  const draft = edited?.fields ?? saved.data?.fields;
  const findLicence = useFindLicence(licence);
  const missing = useMemo(
    () =>
      draft && saved.data
        ? missingFields(
            { publication: draft, licence, origins: saved.data.volumes.map(({ origin }) => origin) },
            findLicence,
          )
        : new Map(),
    [draft, licence, saved.data, findLicence],
  );
  if (saved.error) return <ProblemAlert problem={problemOfError(saved.error)} onRetry={() => void saved.refetch()} />;
  if (!saved.data || !draft) return <Skeleton h={220} />;
  const { revision } = saved.data;
  return (
    <>
      <Section
        title="About the data"
        text="What repositories ask for, filled in once. Each version keeps it as it is when it is frozen."
      >
        <Stack gap="sm">
          <TargetReadiness missing={missing} />
          <PublicationForm
            draft={draft}
            missing={missing}
            isChanged={isChanged}
            readOnly={readOnly}
            pending={save.isPending}
            problem={save.error ? problemOfError(save.error) : null}
            change={(fields) => setEdited({ fields: { ...draft, ...fields }, revision: edited?.revision ?? revision })}
            onSave={() => edited && save.mutate({ projectId, ...edited })}
            onDiscard={() => {
              setEdited(null);
              save.reset();
            }}
          />
        </Stack>
      </Section>
      <Section
        title="Where the images come from"
        text="Images of others keep their own licence: a version's licence must go with it."
      >
        <OriginTable
          volumes={saved.data.volumes}
          licence={licence}
          readOnly={readOnly}
          pending={setOrigins.isPending}
          problem={setOrigins.error ? problemOfError(setOrigins.error) : null}
          onSet={(volumeIds, origin) => setOrigins.mutate({ projectId, volumeIds: [...volumeIds], origin })}
        />
      </Section>
    </>
  );
}

/** The browser asks before a page with unsaved words is closed or left by its address. */
function useWarningBeforeLeaving(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
}
