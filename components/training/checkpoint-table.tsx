import { Badge, Button, Group, ScrollArea, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconWand } from "@tabler/icons-react";
import { useState } from "react";
import type { CheckpointRow } from "./training-contract.ts";
import { shortId } from "./training-words.ts";

interface CheckpointTableProps {
  /** Newest first. */
  readonly rows: readonly CheckpointRow[];
  readonly canChoose: boolean;
  makeCurrent(checkpointId: string): Promise<void>;
  /** The model that comes with the product proposes. */
  guess(): Promise<void>;
}

/** All weights that were kept; any can make the proposals again. */
export function CheckpointTable({ rows, canChoose, makeCurrent, guess }: CheckpointTableProps) {
  const [busy, setBusy] = useState<string | null>(null);
  const productIds = new Set(rows.filter(({ origin }) => origin === "product").map(({ id }) => id));
  if (rows.length === 0)
    return (
      <Stack gap="xs" align="flex-start">
        <Text size="sm" c="dimmed">
          Each training leaves its best weights here.
        </Text>
        {canChoose && (
          <Button
            size="xs"
            variant="light"
            leftSection={<IconWand size={14} aria-hidden />}
            loading={busy !== null}
            onClick={() => {
              setBusy("guess");
              void guess().finally(() => setBusy(null));
            }}
          >
            Propose nuclei now, by a model that has never seen these images
          </Button>
        )}
      </Stack>
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
                  {row.origin === "product" ? "comes with the product" : shortId(row.id)}{" "}
                  {row.trainedBy && `· ${row.trainedBy}`}
                </Text>
              </Table.Td>
              <Table.Td>{row.metrics ? row.metrics.ap50.toFixed(3) : "–"}</Table.Td>
              <Table.Td>{row.metrics ? row.metrics.ap75.toFixed(3) : "–"}</Table.Td>
              <Table.Td>
                <Text size="sm">{measuredOn(row)}</Text>
              </Table.Td>
              <Table.Td>
                <LearnedFrom row={row} isFromProduct={productIds.has(row.parentId ?? "")} />
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

function measuredOn({ metrics, origin }: CheckpointRow): string {
  if (metrics) return `${metrics.nuclei} kept-out nuclei`;
  return origin === "product" ? "not measured here" : "nothing kept out";
}

function LearnedFrom({ row, isFromProduct }: { row: CheckpointRow; isFromProduct: boolean }) {
  if (row.origin === "product")
    return (
      <Text size="xs" c="dimmed">
        simulated nuclei only
      </Text>
    );
  return (
    <>
      <Text size="sm">
        {row.nucleiLabelled} {row.approvedOnly ? "approved nuclei" : "nuclei"}
      </Text>
      <Text size="xs" c="dimmed">
        {row.parentId
          ? isFromProduct
            ? "on from the product's own"
            : `on from ${shortId(row.parentId)}`
          : "from nothing"}
      </Text>
    </>
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
