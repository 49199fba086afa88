import { Button, Checkbox, Group, SegmentedControl, Stack, Table, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { licenceConflict } from "../../core/publication/licences.ts";
import type { VolumeOrigin } from "../../core/publication/publication.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { LicenceField } from "./licence-field.tsx";

export interface OriginTableProps {
  readonly volumes: readonly {
    readonly volumeId: string;
    readonly name: string;
    readonly specimen: string;
    readonly origin: VolumeOrigin | null;
  }[];
  /** The project's: a volume's own must go with it. */
  readonly licence: string;
  readonly readOnly: boolean;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  onSet(volumeIds: readonly string[], origin: VolumeOrigin): void;
}

function OriginCell({ origin, licence }: { origin: VolumeOrigin | null; licence: string }) {
  if (!origin)
    return (
      <Text size="sm" c="var(--warning-text)">
        not said
      </Text>
    );
  if (origin.kind === "own") return <Text size="sm">our own images</Text>;
  const conflict = licence ? licenceConflict(origin.licence, licence) : null;
  return (
    <>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {origin.citation} {origin.licence || "No licence stated."} {origin.link}
      </Text>
      {conflict && (
        <Text size="xs" c="red">
          Does not go with {licence}. {conflict}
        </Text>
      )}
    </>
  );
}

/** Where the images of each volume come from; said for one or for many at once. */
export function OriginTable(props: OriginTableProps) {
  const { volumes, licence, readOnly } = props;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [kind, setKind] = useState<VolumeOrigin["kind"]>("own");
  const [citation, setCitation] = useState("");
  const [theirs, setTheirs] = useState("");
  const [link, setLink] = useState("");
  const present = chosen.filter((id) => volumes.some(({ volumeId }) => volumeId === id));
  const toggle = (id: string) =>
    setChosen(present.includes(id) ? present.filter((one) => one !== id) : [...present, id]);
  const origin: VolumeOrigin =
    kind === "own" ? { kind } : { kind, citation: citation.trim(), licence: theirs.trim(), link: link.trim() };
  const isComplete = origin.kind === "own" || origin.citation !== "";
  if (volumes.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No volume has been imported yet.
      </Text>
    );
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={480} mah={360}>
        <Table verticalSpacing={4} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {!readOnly && (
                <Table.Th w={36}>
                  <Checkbox
                    aria-label="All volumes"
                    checked={present.length === volumes.length}
                    indeterminate={present.length > 0 && present.length < volumes.length}
                    onChange={() =>
                      setChosen(present.length === volumes.length ? [] : volumes.map(({ volumeId }) => volumeId))
                    }
                  />
                </Table.Th>
              )}
              <Table.Th>Volume</Table.Th>
              <Table.Th>Specimen</Table.Th>
              <Table.Th>Images from</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {volumes.map(({ volumeId, name, specimen, origin: said }) => (
              <Table.Tr key={volumeId}>
                {!readOnly && (
                  <Table.Td>
                    <Checkbox
                      aria-label={name}
                      checked={present.includes(volumeId)}
                      onChange={() => toggle(volumeId)}
                    />
                  </Table.Td>
                )}
                <Table.Td>{name}</Table.Td>
                <Table.Td>{specimen}</Table.Td>
                <Table.Td>
                  <OriginCell origin={said} licence={licence} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {props.problem && <ProblemAlert problem={props.problem} />}
      {!readOnly && present.length > 0 && (
        <Stack gap="xs" maw={720}>
          <SegmentedControl
            aria-label="Whose images"
            data={[
              { value: "own", label: "Our own images" },
              { value: "others", label: "Images of others" },
            ]}
            value={kind}
            onChange={(value) => setKind(value as VolumeOrigin["kind"])}
          />
          {kind === "others" && (
            <>
              <Textarea
                label="Citation"
                placeholder="Authors (year): title. Journal or repository."
                autosize
                maxLength={5000}
                value={citation}
                onChange={(event) => setCitation(event.currentTarget.value)}
              />
              <Group grow align="flex-start">
                <LicenceField label="Their licence" maxLength={200} value={theirs} onChange={setTheirs} />
                <TextInput
                  label="DOI or address"
                  placeholder="10.1234/… or https://…"
                  maxLength={500}
                  value={link}
                  onChange={(event) => setLink(event.currentTarget.value)}
                />
              </Group>
            </>
          )}
          <Group>
            <Button
              size="sm"
              variant="default"
              disabled={!isComplete}
              loading={props.pending}
              onClick={() => props.onSet(present, origin)}
            >
              Say so for {present.length === 1 ? "1 volume" : `${present.length} volumes`}
            </Button>
          </Group>
        </Stack>
      )}
    </Stack>
  );
}
