import { Button, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconTargetArrow } from "@tabler/icons-react";
import type { ProblemFields } from "../../core/problem.ts";
import { standingOf } from "../../core/tasks/task.ts";
import type { ShownTask } from "./task-contract.ts";
import { dueWords, today } from "./task-words.ts";

interface TaskChipProps {
  readonly task: ShownTask;
  readonly isBusy: boolean;
  /** Why it could not be said to be done. */
  readonly problem: ProblemFields | null;
  readonly mayFinish: boolean;
  onShow(): void;
  onDone(): void;
}

/** What somebody is here for, in the header of the editor: its goal, and that it is done. */
export function TaskChip({ task, isBusy, problem, mayFinish, onShow, onDone }: TaskChipProps) {
  const now = today();
  const isLate = standingOf(task, now) === "late";
  const due = task.due === null || task.state === "done" ? null : dueWords(task.due, now);
  return (
    <Group gap={6} wrap="nowrap" data-testid="task-chip">
      <Tooltip label={[`Task from ${task.givenBy}: ${task.goal}`, due].filter(Boolean).join(", ")} multiline maw={360}>
        <UnstyledButton onClick={onShow} aria-label={`Show the task: ${task.goal}`}>
          <Group gap={4} wrap="nowrap">
            <IconTargetArrow size={16} aria-hidden />
            <Text size="xs" maw={180} truncate>
              {task.goal}
            </Text>
            {due && (
              <Text size="xs" c={isLate ? "red" : "dimmed"} style={{ whiteSpace: "nowrap" }}>
                {due}
              </Text>
            )}
          </Group>
        </UnstyledButton>
      </Tooltip>
      {problem && (
        <Text size="xs" c="red" role="alert">
          {problem.what}
        </Text>
      )}
      {task.state === "done" ? (
        <Text size="xs" c="dimmed">
          done
        </Text>
      ) : (
        mayFinish && (
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconCheck size={12} aria-hidden />}
            loading={isBusy}
            onClick={onDone}
          >
            Done
          </Button>
        )
      )}
    </Group>
  );
}
