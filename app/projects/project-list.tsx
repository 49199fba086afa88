"use client";
import { Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFolderPlus, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { EmptyState } from "../../components/ui/empty-state.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { KeptEditsNotice } from "../_collab/kept-edits-notice.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import { useInstallationEvents } from "../_trpc/use-project-events.ts";
import { CreateProjectDialog } from "./create-project-dialog.tsx";
import { TrySample } from "./try-sample.tsx";

export function ProjectList() {
  const person = usePerson();
  const trpc = useTRPC();
  const projects = useQuery(trpc.project.list.queryOptions());
  const making = useQuery(trpc.project.making.queryOptions());
  useInstallationEvents();
  const refusal = making.data?.refusal ?? null;
  const mayMake = making.data?.refusal === null;
  const [creating, { open, close }] = useDisclosure(false);
  const newButton = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      New project
    </Button>
  );
  return (
    <Stack gap="lg">
      <PageTitle
        title="Projects"
        text={projects.data?.length ? (refusal ?? undefined) : undefined}
        action={
          projects.data?.length && mayMake ? (
            <Group gap="xs">
              <TrySample />
              {newButton}
            </Group>
          ) : undefined
        }
      />
      <KeptEditsNotice why="not-open" userId={person.id} />
      {projects.error && (
        <ProblemAlert problem={problemOfError(projects.error)} onRetry={() => void projects.refetch()} />
      )}
      {projects.isPending && !projects.error && <Skeleton h={120} />}
      {projects.data?.length === 0 && (
        <EmptyState
          icon={<IconFolderPlus size={40} stroke={1.2} />}
          title="No projects yet"
          text={`A project holds volumes, the people who label them, and the model that learns from it. ${
            refusal
              ? `${refusal} You see a project here as soon as its owner has invited you.`
              : "Make one and import a stack, or look around in a synthetic volume first."
          }`}
        >
          {mayMake && (
            <Group mt="xs">
              {newButton}
              <TrySample />
            </Group>
          )}
        </EmptyState>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {projects.data?.map((one) => (
          <Card key={one.id} component={Link} href={`/projects/${one.id}`} withBorder padding="md">
            <Stack gap={6} h="100%" justify="space-between">
              <div>
                <Group justify="space-between" wrap="nowrap">
                  <Text fw={600} truncate>
                    {one.name}
                  </Text>
                  <Badge variant="light" color="gray" tt="none" flex="none">
                    {one.role}
                  </Badge>
                </Group>
                <Text size="sm" c="dimmed" lineClamp={2}>
                  {one.description || "No description yet."}
                </Text>
              </div>
              <Text size="xs" c="dimmed">
                {one.volumes === 1 ? "1 volume" : `${one.volumes} volumes`} · since{" "}
                {one.createdAt.toLocaleDateString("en-GB", { dateStyle: "medium" })}
              </Text>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
      <CreateProjectDialog opened={creating} onClose={close} />
    </Stack>
  );
}
