import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconArrowRight, IconCheck, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { formatUm3 } from "../editor/panel/nucleus-words.ts";
import { statusWords } from "../editor/panel/status-mark.tsx";
import { useNucleusName } from "../ui/nucleus-names.tsx";
import { KeyMark } from "../ui/shown-keys.tsx";
import { MAX_NOTE_LENGTH } from "./second-look-contract.ts";
import type { SecondLookSession, SecondLookState } from "./second-look-session.ts";

interface SecondLookCardProps {
  readonly session: SecondLookSession;
  readonly state: Extract<SecondLookState, { kind: "looking" }>;
  readonly busy: boolean;
  readonly voxelUm3: number;
}

/** The nucleus in words, and what can be said of it, each with its key. */
export function SecondLookCard({ session, state, busy, voxelUm3 }: SecondLookCardProps) {
  const nameOf = useNucleusName();
  const { label, by, className, status, voxels } = state.question;
  return (
    <Paper withBorder p="sm" role="group" aria-label="Second look">
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600}>
            Is this nucleus right?
          </Text>
          <Badge
            variant="outline"
            color="gray"
            tt="none"
            title={`Label ${label}`}
            flex="none"
            data-testid="asked-nucleus"
          >
            {nameOf(label)}
          </Badge>
        </Group>
        <Text size="sm" aria-live="polite">
          {by ? `${statusWords[status]} by ${by}` : "Came with the file"} · {className ?? "no class"} ·{" "}
          {formatUm3(voxels * voxelUm3)}
        </Text>
        {state.isWriting ? (
          <SendBackForm key={label} session={session} busy={busy} />
        ) : (
          <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs">
            <Button
              {...answer}
              color="teal"
              leftSection={<IconCheck size={14} aria-hidden />}
              rightSection={<KeyMark command="review.accept" />}
              disabled={busy}
              onClick={() => void session.approve()}
            >
              Approve
            </Button>
            <Button
              {...answer}
              color="red"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              rightSection={<KeyMark command="review.reject" />}
              disabled={busy}
              onClick={() => session.write(true)}
            >
              Send back
            </Button>
            <Button
              {...answer}
              color="blue"
              leftSection={<IconPencil size={14} aria-hidden />}
              rightSection={<KeyMark command="review.correct" />}
              disabled={busy}
              onClick={() => session.correct()}
            >
              Correct
            </Button>
            <Button
              {...answer}
              variant="default"
              leftSection={<IconArrowRight size={14} aria-hidden />}
              rightSection={<KeyMark command="review.skip" />}
              disabled={busy}
              onClick={() => session.skip()}
            >
              Skip
            </Button>
          </SimpleGrid>
        )}
      </Stack>
    </Paper>
  );
}

const answer = { size: "xs", variant: "light", justify: "space-between", px: 8 } as const;

function SendBackForm({ session, busy }: { readonly session: SecondLookSession; readonly busy: boolean }) {
  const [note, setNote] = useState("");
  const send = () => {
    if (note.trim() !== "") void session.sendBack(note.trim());
  };
  return (
    <Stack gap="xs">
      <Textarea
        data-autofocus
        autoFocus
        label="What is wrong with it?"
        placeholder="e.g. two nuclei in one"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={MAX_NOTE_LENGTH}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") session.write(false);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <Group gap="xs">
        <Button size="xs" loading={busy} disabled={note.trim() === ""} onClick={send}>
          Send back
        </Button>
        <Button size="xs" variant="default" onClick={() => session.write(false)}>
          Do not
        </Button>
      </Group>
    </Stack>
  );
}
