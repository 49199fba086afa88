"use client";
import { Button, Group, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { IconBook, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { MarkdownText } from "../../../../components/ui/markdown.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";

const MAX_LENGTH = 50_000;

function GuidelinesEditor({ onDone }: { onDone(): void }) {
  const project = useProject();
  const [text, setText] = useState(project.guidelines);
  const save = useUpdateProject(onDone);
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Textarea
          label="Guidelines"
          description="Markdown: # headings, - lists, **bold**, [links](https://…). HTML is shown as text."
          autosize
          minRows={14}
          maxRows={32}
          maxLength={MAX_LENGTH}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Stack gap="xs">
          <Text size="sm" fw={500}>
            As annotators see it
          </Text>
          <MarkdownText text={text || "_Nothing yet._"} />
        </Stack>
      </SimpleGrid>
      {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
      <Group>
        <Button loading={save.isPending} onClick={() => save.mutate({ guidelines: text })}>
          Save
        </Button>
        <Button variant="default" onClick={onDone}>
          Leave as it was
        </Button>
      </Group>
    </Stack>
  );
}

export function Guidelines() {
  const project = useProject();
  const [editing, setEditing] = useState(false);
  const mayEdit = project.role === "owner";
  const edit = (
    <Button size="xs" variant="default" leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
      {project.guidelines ? "Edit" : "Write guidelines"}
    </Button>
  );
  return (
    <Section
      title="Guidelines for annotators"
      text="What counts as one nucleus, where its edge is, what to leave out. They go into every export."
      action={mayEdit && !editing && project.guidelines ? edit : undefined}
    >
      {editing ? (
        <GuidelinesEditor onDone={() => setEditing(false)} />
      ) : project.guidelines ? (
        <MarkdownText text={project.guidelines} />
      ) : (
        <EmptyState
          icon={<IconBook size={36} stroke={1.2} />}
          title="No guidelines yet"
          text={
            mayEdit
              ? "Two people who draw the edge differently teach the model to be unsure. Write down what you agree on."
              : "An owner of the project can write them."
          }
        >
          {mayEdit && edit}
        </EmptyState>
      )}
    </Section>
  );
}
