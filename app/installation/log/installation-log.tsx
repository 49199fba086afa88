"use client";
import { Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { AuditFilterFields, everything, filterOf } from "../../../components/audit/audit-filter.tsx";
import { AuditTable } from "../../../components/audit/audit-table.tsx";
import { ExportLinks } from "../../../components/audit/export-links.tsx";
import { ProblemAlert } from "../../../components/ui/problem-alert.tsx";
import { Section } from "../../../components/ui/section.tsx";
import { problemOfError } from "../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../_trpc/trpc.ts";
import { ChainCheck } from "./chain-check.tsx";

const TYPING_MS = 300;

export function InstallationLog() {
  const trpc = useTRPC();
  const [question, setQuestion] = useState(everything);
  const [asked] = useDebouncedValue(question, TYPING_MS);
  const projects = useQuery(trpc.audit.projects.queryOptions());
  const log = useInfiniteQuery(
    trpc.audit.ofInstallation.infiniteQueryOptions(
      { filter: filterOf(asked), ofProjectId: asked.projectId ?? undefined },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData },
    ),
  );
  return (
    <Section
      title="Who did what"
      text="Every sign-in, invitation, role, export, deletion and setting, with who did it and from which address. Rows are only ever added; strokes and decisions have a history of their own."
      action={<ExportLinks address="/api/installation/audit-log" question={question} />}
    >
      <Stack gap="sm">
        <AuditFilterFields question={question} projects={projects.data ?? []} onChange={setQuestion} />
        {log.error && <ProblemAlert problem={problemOfError(log.error)} onRetry={() => void log.refetch()} />}
        {!(log.error && !log.data) && (
          <AuditTable
            rows={log.data?.pages.flatMap(({ rows }) => rows) ?? null}
            forAdministrators
            hasMore={log.hasNextPage}
            loadingMore={log.isFetchingNextPage}
            onMore={() => void log.fetchNextPage()}
          />
        )}
        <ChainCheck />
      </Stack>
    </Section>
  );
}
