import { ActionIcon, Anchor, Badge, Button, Group, Menu, Stack, Table, Text } from "@mantine/core";
import { IconCheck, IconDots } from "@tabler/icons-react";
import { standingOf, type TaskAct, taskObjection } from "../../core/tasks/task.ts";
import { boxShape } from "../../core/volume/voxel-space.ts";
import { type Labeller, type ShownTask, type TaskActs, taskHref } from "./task-contract.ts";
import { dueWords, standingColors, today } from "./task-words.ts";

interface TaskListProps {
  readonly tasks: readonly ShownTask[];
  /** Of which list it is, for screen readers. */
  readonly label: string;
  readonly userId: string;
  readonly acts: TaskActs;
  /** Whom a task can be passed on to, where the list is of one project. */
  readonly labellers?: readonly Labeller[];
  readonly showsProject?: boolean;
}

export function TaskList({ tasks, label, ...of }: TaskListProps) {
  return (
    <Table aria-label={label} verticalSpacing="xs">
      <Table.Tbody>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} {...of} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function TaskRow({
  task,
  userId,
  acts,
  labellers,
  showsProject,
}: Omit<TaskListProps, "tasks" | "label"> & { task: ShownTask }) {
  const now = today();
  const standing = standingOf(task, now);
  const may = (act: TaskAct) => taskObjection(act, task, { userId, role: task.role }) === null;
  const others = labellers?.filter((one) => one.userId !== task.assigneeId) ?? [];
  const hasMenu = may("withdraw") || may("transfer");
  return (
    <Table.Tr>
      <Table.Td>
        <Stack gap={2}>
          <Anchor href={taskHref(task)} size="sm" fw={500} td={standing === "done" ? "line-through" : undefined}>
            {task.goal}
          </Anchor>
          <Text size="xs" c="dimmed">
            {task.volumeName}
            {task.box ? `, a box of ${boxShape(task.box).join(" × ")} voxels` : ", the whole volume"}
            {showsProject && ` · ${task.projectName}`} · from {task.givenBy}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{whose(task, userId)}</Text>
      </Table.Td>
      <Table.Td>
        {(task.due !== null || standing === "done") && (
          <Badge variant="light" color={standingColors[standing]} tt="none">
            {standing === "done" ? `done by ${task.doneBy ?? "somebody"}` : dueWords(task.due ?? now, now)}
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          {may("take") && (
            <Button
              size="compact-sm"
              variant="light"
              disabled={acts.isBusy}
              onClick={() => acts.transfer(task, userId)}
            >
              Take it
            </Button>
          )}
          {task.assigneeId !== null && may("finish") && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconCheck size={14} aria-hidden />}
              disabled={acts.isBusy}
              onClick={() => acts.finish(task)}
            >
              Mark done
            </Button>
          )}
          {may("reopen") && (
            <Button size="compact-sm" variant="subtle" disabled={acts.isBusy} onClick={() => acts.reopen(task)}>
              Reopen
            </Button>
          )}
          {hasMenu && (
            <Menu position="bottom-end" width={240}>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" aria-label={`More about the task “${task.goal}”`}>
                  <IconDots size={16} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {may("transfer") && (
                  <>
                    <Menu.Label>Pass it on</Menu.Label>
                    {others.map((one) => (
                      <Menu.Item key={one.userId} onClick={() => acts.transfer(task, one.userId)}>
                        To {one.userId === userId ? "me" : one.name}
                      </Menu.Item>
                    ))}
                    {task.assigneeId !== null && (
                      <Menu.Item onClick={() => acts.transfer(task, null)}>To whoever takes it</Menu.Item>
                    )}
                  </>
                )}
                {may("withdraw") && (
                  <>
                    <Menu.Divider />
                    <Menu.Item color="red" onClick={() => acts.withdraw(task)}>
                      Take the task back
                    </Menu.Item>
                  </>
                )}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

const whose = ({ assigneeId, assignee }: ShownTask, userId: string): string => {
  if (assigneeId === null) return "nobody yet";
  return assigneeId === userId ? "you" : (assignee ?? "an account that is gone");
};
