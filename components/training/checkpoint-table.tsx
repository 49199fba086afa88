import { Badge, Button, Group, ScrollArea, Table, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import type { CheckpointRow } from "./training-contract.ts";
import { shortId } from "./training-words.ts";

interface CheckpointTableProps {
  /** Newest first. */
  readonly rows: readonly CheckpointRow[];
  readonly canChoose: boolean;
  makeCurrent(checkpointId: string): Promise<void>;
}

/** All weights that were kept; any can make the proposals again. */
export function CheckpointTable({ rows, canChoose, makeCurrent }: CheckpointTableProps) {
  const [busy, setBusy] = useState<string | null>(null);
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Each training leaves its best weights here.
      </Text>
    );
  return (
    <ScrollArea.Autosize mah={320}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Trained</Table.Th>
            <Table.Th>AP 0.5</Table.Th>
            <Table.Th>AP 0.75</Table.Th>
            <Table.Th>Measured on</Table.Th>
            <Table.Th>Learned from</Table.Th>
            <Table.Th aria-label="State" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <Text size="sm">
                  {row.createdAt.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}
                </Text>
                <Text size="xs" c="dimmed">
                  {shortId(row.id)} {row.trainedBy && `· ${row.trainedBy}`}
                </Text>
              </Table.Td>
              <Table.Td>{row.metrics ? row.metrics.ap50.toFixed(3) : "–"}</Table.Td>
              <Table.Td>{row.metrics ? row.metrics.ap75.toFixed(3) : "–"}</Table.Td>
              <Table.Td>
                <Text size="sm">{row.metrics ? `${row.metrics.nuclei} kept-out nuclei` : "nothing kept out"}</Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{row.nucleiLabelled} nuclei</Text>
                <Text size="xs" c="dimmed">
                  {row.parentId ? `on from ${shortId(row.parentId)}` : "from nothing"}
                </Text>
              </Table.Td>
              <Table.Td>
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <StateBadge row={row} />
                  {!row.current && canChoose && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      loading={busy === row.id}
                      disabled={busy !== null}
                      onClick={() => {
                        setBusy(row.id);
                        void makeCurrent(row.id).finally(() => setBusy(null));
                      }}
                    >
                      Make current
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function StateBadge({ row }: { row: CheckpointRow }) {
  if (row.current)
    return (
      <Badge color="teal" variant="filled" tt="none">
        makes the proposals
      </Badge>
    );
  if (row.cancelled)
    return (
      <Tooltip label="The training was cancelled; its best weights were kept.">
        <Badge color="gray" variant="light" tt="none">
          cancelled
        </Badge>
      </Tooltip>
    );
  if (!row.promoted)
    return (
      <Tooltip label="It was worse than the one before, in the same places, by more than 0.01.">
        <Badge color="yellow" variant="light" tt="none">
          not used
        </Badge>
      </Tooltip>
    );
  return null;
}
