import { Button, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconEyeOff } from "@tabler/icons-react";
import type { StudyState } from "../../core/agreement/blind-study.ts";
import type { ProblemFields } from "../../core/problem.ts";

interface LayerChipProps {
  readonly state: StudyState;
  readonly isOwn: boolean;
  readonly isDone: boolean;
  readonly isBusy: boolean;
  readonly problem: ProblemFields | null;
  onShow(): void;
  onDone(isDone: boolean): void;
}

const HIDDEN = "Only you see these labels until the study is closed";
const CLOSED = "This layer of a blind study is closed: nobody changes it any more";

/** In the header of the editor: that the labels are hidden from the others, and that one is done. */
export function LayerChip({ state, isOwn, isDone, isBusy, problem, onShow, onDone }: LayerChipProps) {
  const words = state === "drawing" ? HIDDEN : CLOSED;
  return (
    <Group gap={6} wrap="nowrap" data-testid="layer-chip">
      <Tooltip label={`${words}. Shows the box that is drawn.`} multiline maw={320}>
        <UnstyledButton onClick={onShow} aria-label={`${words}. Show the box of the study`}>
          <Group gap={4} wrap="nowrap">
            <IconEyeOff size={16} aria-hidden />
            <Text size="xs" maw={300} truncate>
              {words}
            </Text>
          </Group>
        </UnstyledButton>
      </Tooltip>
      {problem && (
        <Text size="xs" c="red" role="alert">
          {problem.what}
        </Text>
      )}
      {isOwn && state === "drawing" && (
        <Button
          size="compact-xs"
          variant={isDone ? "default" : "light"}
          leftSection={isDone ? undefined : <IconCheck size={12} aria-hidden />}
          loading={isBusy}
          onClick={() => onDone(!isDone)}
        >
          {isDone ? "I am not done after all" : "I am done"}
        </Button>
      )}
    </Group>
  );
}
