import { Group, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { layerLetter } from "../../core/agreement/blind-study.ts";
import { type StudyResult, spreadOf, votesOf } from "../../core/agreement/study-result.ts";
import { byDisagreement } from "./study-tables.ts";
import { figure } from "./study-words.ts";

/** What two people, and the model, agree on. */
export function PairsTable({ result }: { result: StudyResult }) {
  const { pairs, model } = result;
  return (
    <Table aria-label="Pairs of annotators" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Pair</Table.Th>
          <Table.Th>Same nucleus</Table.Th>
          <Table.Th>Only the first</Table.Th>
          <Table.Th>Only the second</Table.Th>
          <Table.Th>F1</Table.Th>
          <Table.Th>IoU</Table.Th>
          <Table.Th>Dice</Table.Th>
          <Table.Th>Surface, µm</Table.Th>
          <Table.Th>Hausdorff 95, µm</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {pairs.map((pair) => (
          <PairRow
            key={`${pair.first} ${pair.second}`}
            name={`${layerLetter(pair.first)} and ${layerLetter(pair.second)}`}
            pair={pair}
          />
        ))}
        {model?.map((pair, number) => (
          <PairRow key={`model ${layerLetter(number)}`} name={`${layerLetter(number)} and the model`} pair={pair} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PairRow({
  name,
  pair,
}: {
  name: string;
  pair: StudyResult["pairs"][number] | NonNullable<StudyResult["model"]>[number];
}) {
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{pair.matched}</Table.Td>
      <Table.Td>{pair.onlyFirst}</Table.Td>
      <Table.Td>{pair.onlySecond}</Table.Td>
      <Table.Td>{figure(pair.f1)}</Table.Td>
      <Table.Td>{figure(pair.meanIou)}</Table.Td>
      <Table.Td>{figure(pair.meanDice)}</Table.Td>
      <Table.Td>{figure(pair.surfaceUm)}</Table.Td>
      <Table.Td>{figure(pair.hausdorff95Um)}</Table.Td>
    </Table.Tr>
  );
}

/** The few figures that a person looks for first. */
export function StudySummary({ result }: { result: StudyResult }) {
  const people = spreadOf(result.pairs.map(({ f1 }) => f1));
  const model = result.model && spreadOf(result.model.map(({ f1 }) => f1));
  const votes = votesOf(result);
  return (
    <Stack gap="xs">
      <Group gap="xl" align="flex-start">
        <Fact name="F1 of two people" value={people ? figure(people.mean) : "–"}>
          {people && `${figure(people.min)} to ${figure(people.max)}`}
        </Fact>
        {model && (
          <Fact name="F1 of the model and a person" value={figure(model.mean)}>
            {people && modelWords(model.mean, people)}
          </Fact>
        )}
        <Fact name="Fleiss' kappa, there or not" value={figure(result.kappa)} />
        <Fact name="Krippendorff's alpha, classes" value={figure(result.alpha)} />
      </Group>
      <Text size="sm">
        {votes
          .flatMap((count, k) =>
            k === 0 ? [] : [`${count} ${count === 1 ? "nucleus" : "nuclei"} by ${k} of ${result.annotators}`],
          )
          .reverse()
          .join(", ")}
        .
      </Text>
    </Stack>
  );
}

const modelWords = (mean: number, { min, max }: { min: number; max: number }): string =>
  mean < min ? "below all pairs of people" : mean > max ? "above all pairs of people" : "within the range of people";

function Fact({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="xl" fw={600}>
        {value}
      </Text>
      {children && (
        <Text size="xs" c="dimmed">
          {children}
        </Text>
      )}
    </div>
  );
}

const MOST_PLACES = 200;

/** Nuclei, those that fewest have first; `link` flies there in the editor. */
export function PlacesTable({
  result,
  link,
}: {
  result: StudyResult;
  link: (placeZyx: readonly [number, number, number], words: string) => ReactNode;
}) {
  const shown = byDisagreement(result.clusters).slice(0, MOST_PLACES);
  return (
    <Stack gap={4}>
      <Table aria-label="Nuclei by disagreement" verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Place</Table.Th>
            <Table.Th>Drawn by</Table.Th>
            <Table.Th>Disagreement</Table.Th>
            <Table.Th>Classes</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ centroidZyx, votes, disagreement, classes, labels }) => (
            <Table.Tr key={labels.join(" ")}>
              <Table.Td>{link(centroidZyx, `z ${centroidZyx[0]}, y ${centroidZyx[1]}, x ${centroidZyx[2]}`)}</Table.Td>
              <Table.Td>
                {votes} of {result.annotators}
              </Table.Td>
              <Table.Td>{Math.round(100 * disagreement)} %</Table.Td>
              <Table.Td>{classes.join(", ") || "–"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {result.clusters.length > MOST_PLACES && (
        <Text size="xs" c="dimmed">
          The first {MOST_PLACES} of {result.clusters.length}; the file has all.
        </Text>
      )}
    </Stack>
  );
}
