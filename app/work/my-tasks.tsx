"use client";
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { TaskList } from "../../components/tasks/task-list.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { useTaskActs } from "../_tasks/use-task-acts.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

export function MyTasks() {
  const person = usePerson();
  const trpc = useTRPC();
  const tasks = useQuery(trpc.task.mine.queryOptions());
  const acts = useTaskActs();
  const mine = tasks.data?.filter((one) => one.assigneeId === person.id && one.state === "open") ?? [];
  const free = tasks.data?.filter((one) => one.assigneeId === null) ?? [];
  const done = tasks.data?.filter((one) => one.state === "done") ?? [];
  const shared = { userId: person.id, acts, showsProject: true };
  return (
    <>
      <Section title="My tasks">
        {tasks.error && <ProblemAlert problem={problemOfError(tasks.error)} onRetry={() => void tasks.refetch()} />}
        {acts.problem && <ProblemAlert problem={acts.problem} />}
        {tasks.isPending && !tasks.error && <Skeleton h={60} />}
        {tasks.data && mine.length === 0 && (
          <Text size="sm" c="dimmed">
            You have no open tasks.
          </Text>
        )}
        {mine.length > 0 && <TaskList label="My tasks" tasks={mine} {...shared} />}
      </Section>
      {free.length > 0 && (
        <Section title="Tasks that nobody has" text="Whoever wants takes one.">
          <TaskList label="Tasks that nobody has" tasks={free} {...shared} />
        </Section>
      )}
      {done.length > 0 && (
        <Section title="Done" text="Your last ones.">
          <TaskList label="Tasks that you have done" tasks={done} {...shared} />
        </Section>
      )}
    </>
  );
}
