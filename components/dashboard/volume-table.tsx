import { Anchor, ScrollArea, Table } from "@mantine/core";
import type { ShownVolume } from "./dashboard-contract.ts";

interface Cell {
  /** Null: not known yet. */
  readonly count: number | null;
  /** Where these nuclei are shown; null where no list has them by themselves. */
  readonly href: string | null;
  /** What they are, for a link that is read without its column. */
  readonly words: string;
}

interface VolumeTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly (ShownVolume & { readonly cells: readonly Cell[] })[];
}

/** A figure by volume: each number opens the nuclei that it counts. */
export function VolumeTable({ label, columns, rows }: VolumeTableProps) {
  return (
    <ScrollArea.Autosize mah={300} viewportProps={{ tabIndex: 0, role: "group", "aria-label": label }}>
      <Table stickyHeader verticalSpacing={4} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Volume</Table.Th>
            {columns.map((name) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ volumeId, name, cells }) => (
            <Table.Tr key={volumeId}>
              <Table.Th scope="row" fw={400}>
                {name}
              </Table.Th>
              {cells.map(({ count, href, words }) => (
                <Table.Td key={words} ta="right">
                  {count === null ? (
                    "…"
                  ) : count > 0 && href ? (
                    <Anchor href={href} aria-label={`${count} ${words} in ${name}`}>
                      {count.toLocaleString("en-US")}
                    </Anchor>
                  ) : (
                    count.toLocaleString("en-US")
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
