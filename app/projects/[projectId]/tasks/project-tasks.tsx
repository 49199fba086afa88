"use client";
import { Skeleton, Stack } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { PaceTable } from "../../../../components/tasks/pace-table.tsx";
import { TaskList } from "../../../../components/tasks/task-list.tsx";
import { today } from "../../../../components/tasks/task-words.ts";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { hasRole, isModerator } from "../../../../core/roles.ts";
import { usePerson } from "../../../_shell/require-person.tsx";
import { useTaskActs } from "../../../_tasks/use-task-acts.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { GiveTask } from "./give-task.tsx";

/** What is to be done in a project, and by whom. */
export function ProjectTasks() {
  const { id: projectId, role, showsPace } = useProject();
  const person = usePerson();
  const trpc = useTRPC();
  const tasks = useQuery(trpc.task.ofProject.queryOptions({ projectId }));
  const members = useQuery(trpc.member.list.queryOptions({ projectId }));
  const labellers = members.data?.filter((one) => hasRole(one.role, "annotator")) ?? [];
  const acts = useTaskActs();
  const error = tasks.error ?? members.error;
  const open = tasks.data?.filter(({ state }) => state === "open") ?? [];
  const done = tasks.data?.filter(({ state }) => state === "done") ?? [];
  const shared = { userId: person.id, acts, labellers };
  return (
    <Stack gap="lg">
      <Section title="Tasks" text="Volumes, or boxes of them, that somebody has to see to.">
        {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void tasks.refetch()} />}
        {acts.problem && <ProblemAlert problem={acts.problem} />}
        {tasks.isPending && !error && <Skeleton h={80} />}
        {tasks.data && open.length === 0 && (
          <EmptyState
            icon={<IconChecklist size={32} stroke={1.4} />}
            title="No open tasks"
            text={
              isModerator(role)
                ? "Give one below: to a member, or to whoever takes it."
                : "Reviewers and owners give them. You hear of yours by the bell above."
            }
          />
        )}
        {open.length > 0 && <TaskList label="Open tasks" tasks={open} {...shared} />}
      </Section>
      {isModerator(role) && <GiveTask labellers={labellers} />}
      {showsPace && <Pace projectId={projectId} />}
      {done.length > 0 && (
        <Section title="Done" text="The last ones.">
          <TaskList label="Tasks that are done" tasks={done} {...shared} />
        </Section>
      )}
    </Stack>
  );
}

function Pace({ projectId }: { projectId: string }) {
  const trpc = useTRPC();
  const pace = useQuery(trpc.task.pace.queryOptions({ projectId, today: today() }));
  return (
    <Section
      title="How much each member does"
      text="An owner has switched this on, and every member sees it. Pauses above half a minute are left out."
    >
      {pace.error && <ProblemAlert problem={problemOfError(pace.error)} onRetry={() => void pace.refetch()} />}
      {pace.isPending && !pace.error && <Skeleton h={80} />}
      {pace.data && <PaceTable people={pace.data} />}
    </Section>
  );
}
