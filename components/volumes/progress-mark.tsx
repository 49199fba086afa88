import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconCircle, IconCircleHalf2 } from "@tabler/icons-react";
import { type ProgressFacts, progressOf, progressWords, whoOf } from "./volume-progress.ts";

const marks = {
  "to-do": { color: "gray", icon: IconCircle },
  "in-work": { color: "blue", icon: IconCircleHalf2 },
  done: { color: "teal", icon: IconCheck },
} as const;

interface ProgressMarkProps {
  readonly name: string;
  readonly facts: ProgressFacts;
  /** Null for people who may not. */
  onMark: ((isDone: boolean) => void) | null;
  readonly isPending: boolean;
}

/** To do, in work or done, and who; whoever labels may say that it is done, and that it is not after all. */
export function ProgressMark({ name, facts, onMark, isPending }: ProgressMarkProps) {
  const progress = progressOf(facts);
  const { color, icon: Icon } = marks[progress];
  const who = whoOf(facts);
  const isDone = progress === "done";
  return (
    <Stack gap={2} align="flex-start">
      <Group gap={6} wrap="nowrap">
        <Badge variant="light" color={color} tt="none" leftSection={<Icon size={12} aria-hidden />}>
          {progressWords[progress]}
        </Badge>
        {onMark && progress !== "to-do" && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            loading={isPending}
            aria-label={isDone ? `${name} is not done` : `Mark ${name} as done`}
            onClick={() => onMark(!isDone)}
          >
            {isDone ? "Not done" : "Mark as done"}
          </Button>
        )}
      </Group>
      {who && (
        <Text size="xs" c="dimmed">
          {who}
        </Text>
      )}
    </Stack>
  );
}
