"use client";
import { Anchor, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { LiveData, StaleNotice } from "../../../../components/ui/live-data.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { useMentions } from "../../../_comments/use-mentions.tsx";
import { PageShell } from "../../../_shell/page-shell.tsx";
import { usePerson } from "../../../_shell/require-person.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProjectEvents } from "../../../_trpc/use-project-events.ts";
import { ProjectContext } from "./project-context.ts";
import { ProjectTabs } from "./project-tabs.tsx";

function LoadedProject({ projectId, children }: { projectId: string; children: ReactNode }) {
  const trpc = useTRPC();
  const project = useQuery(trpc.project.byId.queryOptions({ projectId }));
  const { connected } = useProjectEvents({ projectId }, useMentions(usePerson().id));
  if (project.data?.deskOf)
    return (
      <Text size="sm">
        This is where a layer of a blind study is drawn.{" "}
        <Anchor component={Link} href="/work" size="sm">
          Your studies are on the page My work.
        </Anchor>
      </Text>
    );
  if (project.data)
    return (
      <ProjectContext value={project.data}>
        <LiveData connected={connected}>
          <Stack gap="lg">
            <ProjectTabs project={project.data} />
            <StaleNotice />
            {children}
          </Stack>
        </LiveData>
      </ProjectContext>
    );
  if (project.error)
    return <ProblemAlert problem={problemOfError(project.error)} onRetry={() => void project.refetch()} />;
  return (
    <Stack>
      <Skeleton h={36} w={320} />
      <Skeleton h={200} />
    </Stack>
  );
}

/** Every page of a project: its name on the way back, its tabs, one stream of events that keeps them fresh. */
export function ProjectFrame({ projectId, children }: { projectId: string; children: ReactNode }) {
  return (
    <PageShell crumbs={[{ label: "Projects", href: "/projects" }]}>
      <LoadedProject projectId={projectId}>{children}</LoadedProject>
    </PageShell>
  );
}
