import { Badge, Button, Group, Paper, Progress, Stack, Table, Text } from "@mantine/core";
import { IconCheck, IconTrash, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import type { DatasetVersion } from "./dataset-version.ts";

export interface VersionCardProps {
  readonly version: DatasetVersion;
  readonly mayRemove: boolean;
  onRemove(): void;
  /** Formats and the download, where the version is ready. */
  readonly children?: ReactNode;
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

function StateBadge({ state }: { state: DatasetVersion["state"] }) {
  if (state === "ready")
    return (
      <Badge color="teal" variant="light" tt="none" leftSection={<IconCheck size={12} aria-hidden />}>
        ready
      </Badge>
    );
  if (state === "failed")
    return (
      <Badge color="red" variant="light" tt="none" leftSection={<IconX size={12} aria-hidden />}>
        failed
      </Badge>
    );
  return (
    <Badge color="blue" variant="light" tt="none">
      freezing…
    </Badge>
  );
}

function Contents({ contents }: { contents: NonNullable<DatasetVersion["contents"]> }) {
  const nuclei = contents.volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  // Who only gave classes has none.
  const owners = contents.annotators.filter((one) => one.nuclei > 0);
  return (
    <>
      <Text size="sm">
        {plural(nuclei, "nucleus", "nuclei")} in {plural(contents.volumes.length, "volume")}
        {" · "}
        {contents.licence || "no licence"}
        {owners.length > 0 && ` · by ${owners.map((one) => `${one.name} (${one.nuclei})`).join(", ")}`}
      </Text>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Volume</Table.Th>
            <Table.Th>Specimen</Table.Th>
            <Table.Th>Split</Table.Th>
            <Table.Th ta="right">Nuclei</Table.Th>
            <Table.Th ta="right">Unfinished, left out</Table.Th>
            <Table.Th ta="right">Known voxels</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {contents.volumes.map((volume) => (
            <Table.Tr key={volume.name}>
              <Table.Td>
                {volume.name}
                {volume.image !== "there" && (
                  <Text span c={volume.image === "gone" ? "red" : "dimmed"} size="sm">
                    {volume.image === "gone" ? " (deleted since)" : " (deleted since, kept in this version)"}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{volume.specimen}</Table.Td>
              <Table.Td>{volume.split}</Table.Td>
              <Table.Td ta="right">{volume.nuclei.toLocaleString("en-GB")}</Table.Td>
              <Table.Td ta="right">{volume.unfinishedNuclei.toLocaleString("en-GB")}</Table.Td>
              <Table.Td ta="right">{(100 * volume.knownShare).toFixed(1)} %</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

export function VersionCard({ version, mayRemove, onRemove, children }: VersionCardProps) {
  const freezing = version.state === "freezing";
  return (
    <Paper withBorder p="md" component="article" aria-label={`Version ${version.version}`}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="sm">
            <Text fw={600}>Version {version.version}</Text>
            <StateBadge state={version.state} />
            {version.approvedOnly && (
              <Badge color="gray" variant="light" tt="none">
                approved nuclei only
              </Badge>
            )}
            <Text size="sm" c="dimmed">
              {version.createdAt.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}, {version.by}
            </Text>
          </Group>
          {mayRemove && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="red"
              leftSection={freezing ? <IconX size={14} aria-hidden /> : <IconTrash size={14} aria-hidden />}
              onClick={onRemove}
            >
              {freezing ? "Cancel" : "Delete"}
            </Button>
          )}
        </Group>
        {freezing && (
          <div>
            <Progress value={version.progress * 100} aria-label={`Freezing version ${version.version}`} animated />
            <Text size="xs" c="dimmed" mt={4}>
              {Math.round(version.progress * 100)} %: labels are copied, every nucleus is measured, the files are
              checked. You may leave this page.
            </Text>
          </div>
        )}
        {version.problem && <ProblemAlert problem={version.problem} />}
        {version.contents && <Contents contents={version.contents} />}
        {children}
      </Stack>
    </Paper>
  );
}
