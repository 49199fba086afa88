import { Button, Group, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";

export interface VolumeNames {
  readonly name: string;
  readonly specimen: string;
}

/** Name and specimen of a volume, put right after its import was started. */
export function RenameVolumeForm(props: {
  names: VolumeNames;
  pending: boolean;
  problem: ProblemFields | null;
  onSave(names: VolumeNames): void;
  onClose(): void;
}) {
  const [name, setName] = useState(props.names.name);
  const [specimen, setSpecimen] = useState(props.names.specimen);
  return (
    <form
      aria-label={`Rename ${props.names.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave({ name: name.trim(), specimen: specimen.trim() });
      }}
    >
      <Stack gap="xs">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Specimen"
            required
            maxLength={200}
            value={specimen}
            onChange={(event) => setSpecimen(event.currentTarget.value)}
          />
        </SimpleGrid>
        {props.problem && <ProblemAlert problem={props.problem} />}
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" loading={props.pending} disabled={!name.trim() || !specimen.trim()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
