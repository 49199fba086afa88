"use client";
import { Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { AuditFilterFields, everything, filterOf } from "../../../../components/audit/audit-filter.tsx";
import { AuditTable } from "../../../../components/audit/audit-table.tsx";
import { ExportLinks } from "../../../../components/audit/export-links.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

const TYPING_MS = 300;

/** For owners: what happened in this project beside the labelling. */
export function ProjectLog() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const [question, setQuestion] = useState(everything);
  const [asked] = useDebouncedValue(question, TYPING_MS);
  const log = useInfiniteQuery(
    trpc.audit.ofProject.infiniteQueryOptions(
      { projectId, filter: filterOf(asked) },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData },
    ),
  );
  return (
    <Section
      title="Who did what"
      text="Roles, invitations, imports, deletions, trainings and exports of this project. Owners see it; nobody can change it."
      action={<ExportLinks address={`/api/projects/${projectId}/audit-log`} question={question} />}
    >
      <Stack gap="sm">
        <AuditFilterFields question={question} projects={null} onChange={setQuestion} />
        {log.error && <ProblemAlert problem={problemOfError(log.error)} onRetry={() => void log.refetch()} />}
        {!(log.error && !log.data) && (
          <AuditTable
            rows={log.data?.pages.flatMap(({ rows }) => rows) ?? null}
            forAdministrators={false}
            hasMore={log.hasNextPage}
            loadingMore={log.isFetchingNextPage}
            onMore={() => void log.fetchNextPage()}
          />
        )}
      </Stack>
    </Section>
  );
}
