"use client";
import { Button, Group, NumberInput, Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";
import { useSavedNote } from "./use-saved-note.ts";

export function TrainingSettings() {
  const project = useProject();
  const [minutes, setMinutes] = useState<number | string>(project.trainMinutes);
  const [decisions, setDecisions] = useState<number | string>(project.retrainAfterDecisions);
  const [auto, setAuto] = useState(project.autoRetrain);
  const [begin, setBegin] = useState(project.autoBegin);
  const [approved, setApproved] = useState(project.trainApprovedOnly);
  const save = useUpdateProject(useSavedNote());
  return (
    <Section title="Training" text="How long the model learns each time, and when it learns again.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({
            trainMinutes: Number(minutes),
            retrainAfterDecisions: Number(decisions),
            autoRetrain: auto,
            autoBegin: begin,
            trainApprovedOnly: approved,
          });
        }}
      >
        <Stack>
          <Group grow align="flex-end">
            <NumberInput
              label="Minutes of one training"
              description="It stops earlier when it no longer improves on your validation boxes"
              required
              min={0.1}
              max={1440}
              step={1}
              value={minutes}
              onChange={setMinutes}
            />
            <NumberInput
              label="Decisions until the next training"
              description="Accepted, corrected or rejected proposals"
              required
              min={1}
              max={10_000}
              allowDecimal={false}
              value={decisions}
              onChange={setDecisions}
            />
          </Group>
          <Switch
            label="Begin by itself"
            description="New volumes get proposals right after their import, by a model that has never seen your images; the first round, of a minute, starts at five labelled nuclei"
            checked={begin}
            onChange={(event) => setBegin(event.currentTarget.checked)}
          />
          <Switch
            label="Start the next training by itself"
            description="Otherwise the project page offers it. The first rounds are short, later ones take longer, up to the minutes above"
            checked={auto}
            onChange={(event) => setAuto(event.currentTarget.checked)}
          />
          <Switch
            label="Learn from approved nuclei only"
            description="What no second person has approved is unknown to a training, not background. Choose above whom a second look is asked of"
            checked={approved}
            onChange={(event) => setApproved(event.currentTarget.checked)}
          />
          {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={minutes === "" || decisions === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
