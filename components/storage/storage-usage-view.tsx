import { Alert, Group, Progress, Skeleton, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { byteSize } from "../import/byte-size.ts";

const kinds = [
  { kind: "images", label: "Images" },
  { kind: "labels", label: "Labels and proposals" },
  { kind: "snapshots", label: "Snapshots" },
  { kind: "versions", label: "Dataset versions" },
  { kind: "checkpoints", label: "Models" },
  { kind: "uploads", label: "Uploads" },
] as const;

type BytesByKind = Readonly<Record<(typeof kinds)[number]["kind"], number>>;

export interface StorageUsageProps {
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number; readonly low: boolean };
  readonly usage: {
    readonly measuredAt: Date;
    readonly total: BytesByKind;
    readonly databaseBytes: number;
    readonly projects: readonly { readonly projectId: string; readonly name: string; readonly bytes: BytesByKind }[];
    readonly ownerlessBytes: number;
  } | null;
  readonly failure: string | null;
}

const sumOf = (bytes: BytesByKind): number => kinds.reduce((sum, { kind }) => sum + bytes[kind], 0);
const size = (bytes: number) => (bytes === 0 ? "–" : byteSize(bytes));

export function StorageUsageView({ disk, usage, failure }: StorageUsageProps) {
  const usedShare = disk.totalBytes > 0 ? 1 - disk.freeBytes / disk.totalBytes : 0;
  return (
    <Stack gap="sm">
      {disk.low && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="The disk is nearly full" role="alert">
          <Text size="sm">
            {byteSize(disk.freeBytes)} are left. A full disk stops saving for everybody: delete what is not needed, or
            move the data to a larger disk.
          </Text>
        </Alert>
      )}
      <div>
        <Group justify="space-between">
          <Text size="sm">Disk of the data</Text>
          <Text size="sm">
            {byteSize(disk.freeBytes)} free of {byteSize(disk.totalBytes)}
          </Text>
        </Group>
        <Progress
          value={usedShare * 100}
          color={disk.low ? "red" : undefined}
          mt={4}
          aria-label="Used part of the disk"
        />
      </div>
      {failure && <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={failure} />}
      {!usage && !failure && <Skeleton h={120} aria-label="Sizes are being measured" />}
      {usage && <UsageTable usage={usage} />}
    </Stack>
  );
}

function UsageTable({ usage }: { usage: NonNullable<StorageUsageProps["usage"]> }) {
  return (
    <>
      <Table.ScrollContainer minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Project</Table.Th>
              {kinds.map(({ kind, label }) => (
                <Table.Th key={kind} ta="right">
                  {label}
                </Table.Th>
              ))}
              <Table.Th ta="right">Together</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {usage.projects.map(({ projectId, name, bytes }) => (
              <Table.Tr key={projectId}>
                <Table.Td>{name}</Table.Td>
                {kinds.map(({ kind }) => (
                  <Table.Td key={kind} ta="right">
                    {size(bytes[kind])}
                  </Table.Td>
                ))}
                <Table.Td ta="right">{size(sumOf(bytes))}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th>All</Table.Th>
              {kinds.map(({ kind }) => (
                <Table.Th key={kind} ta="right">
                  {size(usage.total[kind])}
                </Table.Th>
              ))}
              <Table.Th ta="right">{size(sumOf(usage.total))}</Table.Th>
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        Database: {byteSize(usage.databaseBytes)} (strokes, accounts, this installation's log).
        {usage.ownerlessBytes > 0 && ` Of nothing that is there any more: ${byteSize(usage.ownerlessBytes)}.`} Measured{" "}
        {usage.measuredAt.toLocaleTimeString("en-GB", { timeStyle: "short" })}.
      </Text>
    </>
  );
}
