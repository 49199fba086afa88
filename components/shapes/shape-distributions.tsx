import { Stack, Table, Text, Title } from "@mantine/core";
import { GroupHistogram, shown } from "./group-histogram.tsx";
import type { ShownDistribution } from "./shape-contract.ts";

interface ShapeDistributionsProps extends ShownDistribution {
  /** "Volume, µm³". */
  readonly title: string;
}

/** A histogram per group, the same numbers as a table, and how many nuclei are in neither. */
export function ShapeDistributions({ distribution, leftOut, title }: ShapeDistributionsProps) {
  const told = leftOutWords(leftOut);
  if (!distribution)
    return (
      <Text size="sm" c="dimmed">
        No nucleus of this version has this measure. {told}
      </Text>
    );
  return (
    <Stack gap="md">
      {distribution.groups.map((group) => (
        <section key={group.name} aria-label={group.name}>
          <Title order={3} size="h6">
            {group.name}{" "}
            <Text span size="sm" fw={400} c="dimmed">
              {group.count.toLocaleString("en-GB")} {group.count === 1 ? "nucleus" : "nuclei"}
            </Text>
          </Title>
          <GroupHistogram group={group} edges={distribution.edges} title={title} />
        </section>
      ))}
      <Table.ScrollContainer minWidth={520}>
        <Table fz="sm" verticalSpacing={4} captionSide="top">
          <Table.Caption ta="left">{title}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Group</Table.Th>
              {["Nuclei", "Least", "Lower quartile", "Median", "Upper quartile", "Largest"].map((name) => (
                <Table.Th key={name} ta="right">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {distribution.groups.map(({ name, count, quantiles: [least, low, median, high, most] }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400}>
                  {name}
                </Table.Th>
                <Table.Td ta="right">{count.toLocaleString("en-GB")}</Table.Td>
                <Table.Td ta="right">{shown(least)}</Table.Td>
                <Table.Td ta="right">{shown(low)}</Table.Td>
                <Table.Td ta="right">{shown(median)}</Table.Td>
                <Table.Td ta="right">{shown(high)}</Table.Td>
                <Table.Td ta="right">{shown(most)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {told && (
        <Text size="sm" c="dimmed">
          {told}
        </Text>
      )}
    </Stack>
  );
}

const reasons = {
  cut: "cut by the border of their volume",
  "under-resolved": "too few slices thick for a surface",
  "not-measured": "not measured",
} as const;

/** "Left out: 3 cut by the border of their volume." Empty where all are in. */
export function leftOutWords(leftOut: ShownDistribution["leftOut"]): string {
  const parts = (Object.keys(reasons) as (keyof typeof reasons)[])
    .filter((reason) => leftOut[reason] > 0)
    .map((reason) => `${leftOut[reason].toLocaleString("en-GB")} ${reasons[reason]}`);
  return parts.length > 0 ? `Left out: ${parts.join("; ")}.` : "";
}
