import { Button, Group, Stack, Switch, Table, Text } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { LicenceField } from "./licence-field.tsx";

export interface NewVersionFormProps {
  /** The project's licence, offered first. */
  readonly licence: string;
  /** How each member will be named; their own choice. */
  readonly people: readonly { readonly id: string; readonly name: string; readonly shownAs: string }[];
  /** Nuclei that a second person approved, as far as they are counted; null where the project asks for no second look. */
  readonly approved: number | null;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  onFreeze(version: { readonly licence: string; readonly approvedOnly: boolean }): void;
}

/** What a new version will say of itself, and the button that makes it. */
export function NewVersionForm({ licence, people, approved, pending, problem, onFreeze }: NewVersionFormProps) {
  const [chosen, setChosen] = useState(licence);
  const [approvedOnly, setApprovedOnly] = useState(false);
  return (
    <Stack gap="sm">
      <LicenceField
        label="Licence of the data"
        description="An SPDX name or a sentence. Without one nobody may reuse the data. Becomes the project's licence."
        maxWidth={460}
        maxLength={500}
        value={chosen}
        onChange={setChosen}
      />
      <div>
        <Text size="sm" fw={500}>
          Who is named how
        </Text>
        <Text size="xs" c="dimmed" mb={4}>
          Each person chooses for themselves, on the page People. Who finished no nucleus is not named.
        </Text>
        <Table withRowBorders={false} verticalSpacing={2} w="auto" fz="sm">
          <Table.Tbody>
            {people.map((person) => (
              <Table.Tr key={person.id}>
                <Table.Td>{person.name}</Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    {person.shownAs === person.name ? "by name" : `as “${person.shownAs}”`}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {approved !== null && (
        <Switch
          label="Only nuclei that a second person approved"
          description={`${approved === 1 ? "1 nucleus is" : `${approved.toLocaleString("en-GB")} nuclei are`} approved now. The voxels of the others become unknown, not background.`}
          checked={approvedOnly}
          onChange={(event) => setApprovedOnly(event.currentTarget.checked)}
        />
      )}
      {problem && <ProblemAlert problem={problem} />}
      <Group>
        <Button
          leftSection={<IconSnowflake size={16} aria-hidden />}
          loading={pending}
          onClick={() => onFreeze({ licence: chosen.trim(), approvedOnly: approvedOnly && approved !== null })}
        >
          Freeze a new version
        </Button>
        <Text size="sm" c="dimmed">
          Work goes on meanwhile; the version keeps the labels of this moment.
        </Text>
      </Group>
    </Stack>
  );
}
