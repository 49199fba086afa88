"use client";
import { Button, Checkbox, Group, Paper, Stack, Table, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { ProblemFields } from "../../../core/problem.ts";
import { parseVoxelSize, type VolumeDraft } from "../import-draft.ts";
import { type Filling, patternObjection } from "./fill-drafts.ts";

/** One volume that waits for its import. */
export interface ManyRow {
  readonly uploadId: string;
  readonly fileName: string;
  readonly draft: VolumeDraft;
  readonly shape: string;
  readonly labelsName: string | null;
  /** In words; empty when it can be imported. */
  readonly open: readonly string[];
  /** Small picture of the first look. */
  readonly picture: ReactNode;
  readonly problem: ProblemFields | null;
}

/** All volumes that have arrived in one table: looked at, filled in together, imported together. */
export function ManyVolumes(props: {
  rows: readonly ManyRow[];
  pending: boolean;
  onFill(uploadIds: readonly string[], filling: Filling): void;
  onImport(uploadIds: readonly string[]): void;
}) {
  const { rows } = props;
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const selected = rows.filter(({ uploadId }) => !left.has(uploadId));
  const ids = selected.map(({ uploadId }) => uploadId);
  const ready = selected.filter(({ open }) => open.length === 0);
  const toggle = (uploadId: string) => {
    const next = new Set(left);
    if (!next.delete(uploadId)) next.add(uploadId);
    setLeft(next);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="All volumes">
      <Stack gap="sm">
        <div>
          <Text fw={600}>{rows.length} volumes have arrived</Text>
          <Text size="sm" c="dimmed">
            Is this how they should look? Specimen and voxel size can be filled in for all that are selected; each file
            has its own questions below.
          </Text>
        </div>
        <FillBar disabled={ids.length === 0} onFill={(filling) => props.onFill(ids, filling)} />
        <Table.ScrollContainer minWidth={760}>
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={36}>
                  <Checkbox
                    aria-label="Select all"
                    checked={selected.length === rows.length}
                    indeterminate={selected.length > 0 && selected.length < rows.length}
                    onChange={() =>
                      setLeft(new Set(selected.length === rows.length ? rows.map(({ uploadId }) => uploadId) : []))
                    }
                  />
                </Table.Th>
                <Table.Th>First look</Table.Th>
                <Table.Th>File</Table.Th>
                <Table.Th>Name</Table.Th>
                <Table.Th>Specimen</Table.Th>
                <Table.Th>Voxel size, µm</Table.Th>
                <Table.Th>Still needed</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.uploadId}>
                  <Table.Td>
                    <Checkbox
                      aria-label={`Select ${row.fileName}`}
                      checked={!left.has(row.uploadId)}
                      onChange={() => toggle(row.uploadId)}
                    />
                  </Table.Td>
                  <Table.Td>{row.picture}</Table.Td>
                  <Table.Td>
                    <Text size="sm">{row.fileName}</Text>
                    <Text size="xs" c="dimmed">
                      {row.shape}
                      {row.labelsName ? `, labels ${row.labelsName}` : ", no labels"}
                    </Text>
                  </Table.Td>
                  <Table.Td>{row.draft.name}</Table.Td>
                  <Table.Td>{row.draft.specimen || "—"}</Table.Td>
                  <Table.Td>{parseVoxelSize(row.draft.voxelSizeZyx)?.join(" × ") ?? "—"}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c={row.problem ? "red" : row.open.length > 0 ? undefined : "dimmed"}>
                      {row.problem ? row.problem.what : row.open.join(", ") || "nothing"}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Group justify="flex-end">
          <Text size="sm" c="dimmed" role="status">
            {ready.length} of {selected.length} selected can be imported.
          </Text>
          <Button
            disabled={ready.length === 0}
            loading={props.pending}
            onClick={() => props.onImport(ready.map(({ uploadId }) => uploadId))}
          >
            Import {ready.length} {ready.length === 1 ? "volume" : "volumes"}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function FillBar({ disabled, onFill }: { disabled: boolean; onFill(filling: Filling): void }) {
  const [specimen, setSpecimen] = useState("");
  const [pattern, setPattern] = useState("");
  const [fields, setFields] = useState<readonly [string, string, string]>(["", "", ""]);
  const wrongPattern = pattern ? patternObjection(pattern) : null;
  return (
    <Group gap="lg" align="flex-end">
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Specimen of all selected"
          w={190}
          maxLength={200}
          value={specimen}
          onChange={(event) => setSpecimen(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={disabled || !specimen.trim()}
          onClick={() => onFill({ kind: "specimen", text: specimen.trim() })}
        >
          Fill in
        </Button>
      </Group>
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Or by pattern in the name"
          placeholder="^(Emb[0-9]+)"
          w={200}
          error={wrongPattern}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={disabled || !pattern || wrongPattern !== null}
          onClick={() => onFill({ kind: "specimen-pattern", pattern })}
        >
          Fill in specimens
        </Button>
      </Group>
      <Group gap={6} align="flex-end">
        {(["z", "y", "x"] as const).map((axis, index) => (
          <TextInput
            key={axis}
            label={index === 0 ? "Voxel size z, µm" : `${axis}, µm`}
            aria-label={`Voxel size ${axis} of all selected, µm`}
            w={index === 0 ? 130 : 70}
            inputMode="decimal"
            value={fields[index]}
            onChange={(event) => {
              const typed = event.currentTarget.value;
              setFields([
                index === 0 ? typed : fields[0],
                index === 1 ? typed : fields[1],
                index === 2 ? typed : fields[2],
              ]);
            }}
          />
        ))}
        <Button
          variant="default"
          disabled={disabled || !parseVoxelSize(fields)}
          onClick={() => onFill({ kind: "voxel-size", fields })}
        >
          Fill in sizes
        </Button>
      </Group>
    </Group>
  );
}
