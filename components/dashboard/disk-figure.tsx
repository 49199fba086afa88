import { Table, Text } from "@mantine/core";
import type { Loaded } from "../editor/editor-contract.ts";
import { byteSize } from "../import/byte-size.ts";
import { diskKinds, type ProjectDisk } from "./dashboard-contract.ts";
import { FigureCard } from "./figure-card.tsx";

const words: Readonly<Record<(typeof diskKinds)[number], string>> = {
  images: "Images",
  labels: "Labels and proposals",
  snapshots: "Snapshots",
  versions: "Dataset versions",
  checkpoints: "Models",
  uploads: "Uploads",
};

/** What the project takes of the server's disk. */
export function DiskFigure({ disk }: { disk: Loaded<ProjectDisk> }) {
  return (
    <FigureCard
      title="Disk"
      text="What this project takes of the server's disk."
      loaded={disk}
      empty={({ bytes, failed }) =>
        bytes
          ? null
          : failed
            ? "It could not be measured: an administrator finds out why under Installation."
            : "It is being measured: a moment."
      }
      csv={({ bytes }) =>
        bytes && {
          name: "disk",
          table: { columns: ["what", "bytes"], rows: diskKinds.map((kind) => [words[kind], bytes[kind]]) },
        }
      }
    >
      {({ bytes, measuredAt }) => (
        <>
          <Table maw={420} verticalSpacing={4} aria-label="Disk by kind">
            <Table.Tbody>
              {diskKinds.map((kind) => (
                <Table.Tr key={kind}>
                  <Table.Th scope="row" fw={400}>
                    {words[kind]}
                  </Table.Th>
                  <Table.Td ta="right">{bytes?.[kind] ? byteSize(bytes[kind]) : "–"}</Table.Td>
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th scope="row">All of it</Table.Th>
                <Table.Td ta="right" fw={600}>
                  {byteSize(diskKinds.reduce((sum, kind) => sum + (bytes?.[kind] ?? 0), 0))}
                </Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
          {measuredAt && (
            <Text size="xs" c="dimmed">
              Measured {measuredAt.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}.
            </Text>
          )}
        </>
      )}
    </FigureCard>
  );
}
