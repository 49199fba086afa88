import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconArrowRight, IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { wrongInWords } from "../../core/query/wrong-in-words.ts";
import type { Decision } from "../editor/editor-contract.ts";
import { ProposedClassLine } from "../ui/proposed-class.tsx";
import { KeyMark } from "../ui/shown-keys.tsx";
import type { ReviewQuestion } from "./review-contract.ts";

/** Fewer say little beside what was known of other images (core/query/wrong-probability.ts). */
const OWN_FROM_ANSWERS = 20;

interface QuestionCardProps {
  readonly question: ReviewQuestion;
  readonly voxelUm3: number;
  readonly busy: boolean;
  /** What the person works on instead, in words: answers would be about that. */
  readonly elsewhere: string | null;
  onBack(): void;
  onDecide(decision: Decision): void;
  onSkip(): void;
}

/** The question in words, and what can be answered, each with its key. */
export function QuestionCard({ question, voxelUm3, busy, elsewhere, onBack, onDecide, onSkip }: QuestionCardProps) {
  const answer = (decision: Decision, label: string, command: string, icon: ReactNode, color: string) => (
    <Button
      size="xs"
      variant="light"
      color={color}
      leftSection={icon}
      rightSection={<KeyMark command={command} />}
      justify="space-between"
      px={8}
      disabled={busy || elsewhere !== null}
      onClick={() => onDecide(decision)}
    >
      {label}
    </Button>
  );
  return (
    <Paper withBorder p="sm" role="group" aria-label="Question">
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600}>
            {question.kind === "candidate" ? "Is a nucleus missing here?" : "Is this a nucleus, well outlined?"}
          </Text>
          <Badge variant="outline" color="gray" tt="none" title="Label value" flex="none">
            {question.labelValue}
          </Badge>
        </Group>
        <Text size="sm" aria-live="polite">
          Why this one: {question.reason}.
        </Text>
        {question.wrongProbability !== null && (
          <Text
            size="sm"
            title="Wrong: it needs a correction, or is no nucleus. Learned from the last answers in this project."
          >
            {question.answersBefore < OWN_FROM_ANSWERS
              ? "A guess from other images, until there are more answers here: "
              : `By ${question.answersBefore} answers here, `}
            {wrongInWords(question.wrongProbability)}.
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {formatUm3(question.voxels * voxelUm3)}
          {question.uncertainty !== null && ` · doubt ${Math.round(question.uncertainty * 100)} of 100`}
        </Text>
        {question.proposedClass && <ProposedClassLine proposed={question.proposedClass} />}
        {elsewhere !== null && (
          <Group gap={8} wrap="nowrap" justify="space-between">
            <Text size="xs">You are at {elsewhere}; this question is kept.</Text>
            <Button
              size="compact-xs"
              variant="default"
              flex="none"
              onMouseDown={(event) => event.preventDefault()}
              onClick={onBack}
              rightSection={<KeyMark command="review.next" />}
            >
              Back to it
            </Button>
          </Group>
        )}
        <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs">
          {answer("accepted", "Accept", "review.accept", <IconCheck size={14} aria-hidden />, "teal")}
          {answer("rejected", "No nucleus", "review.reject", <IconX size={14} aria-hidden />, "red")}
          {answer("corrected", "Correct", "review.correct", <IconPencil size={14} aria-hidden />, "blue")}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowRight size={14} aria-hidden />}
            rightSection={<KeyMark command="review.skip" />}
            justify="space-between"
            px={8}
            disabled={busy}
            onClick={onSkip}
          >
            Skip
          </Button>
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          Two nuclei in one, or one in two? Split it, or merge it with its other half, by the tools on the left;
          painting on it corrects it too.
        </Text>
      </Stack>
    </Paper>
  );
}

const formatUm3 = (um3: number): string =>
  `${um3 >= 100 ? Math.round(um3).toLocaleString("en") : um3.toPrecision(2)} µm³`;
