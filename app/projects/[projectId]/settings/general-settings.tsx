"use client";
import { Autocomplete, Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { licences } from "../../../../core/publication/licences.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";
import { useSavedNote } from "./use-saved-note.ts";

const LICENCES = [...licences.map(({ id }) => id), "All rights reserved"];

export function GeneralSettings() {
  const project = useProject();
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  const [dataLicence, setDataLicence] = useState(project.dataLicence);
  const save = useUpdateProject(useSavedNote());
  return (
    <Section title="General">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ name, description, dataLicence });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            maxRows={10}
            maxLength={2000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Autocomplete
            label="Licence of the data"
            description="An SPDX name or a sentence. It is written into every export; without one nobody else may use it."
            data={LICENCES}
            maxLength={200}
            value={dataLicence}
            onChange={setDataLicence}
          />
          {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
