"use client";
import { Button, Group, NumberInput, Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { PLANT_EVERY } from "../../../../core/vigilance/plant-share.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";
import { useSavedNote } from "./use-saved-note.ts";

/** Wrong proposals among the questions, to see whether people look. */
export function VigilanceSettings() {
  const project = useProject();
  const [on, setOn] = useState(project.plantEvery > 0);
  const [every, setEvery] = useState<number | string>(project.plantEvery || PLANT_EVERY.usual);
  const save = useUpdateProject(useSavedNote());
  return (
    <Section
      title="Vigilance"
      text="Measures how often a wrong proposal is accepted. All members are told that it is on; nobody is told whose answer was which."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ plantEvery: on ? Number(every) : 0 });
        }}
      >
        <Stack>
          <Switch
            label="Plant wrong proposals among the questions"
            description="Shapes of real proposals in dark places of the image, from the next proposals on. Whoever accepts one is told at once, and nothing of it gets into the labels"
            checked={on}
            onChange={(event) => setOn(event.currentTarget.checked)}
          />
          {on && (
            <NumberInput
              label="About one question in"
              maw={220}
              required
              min={PLANT_EVERY.least}
              max={PLANT_EVERY.most}
              allowDecimal={false}
              value={every}
              onChange={setEvery}
            />
          )}
          {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={on && every === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
