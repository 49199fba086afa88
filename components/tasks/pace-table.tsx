import { Table } from "@mantine/core";

interface ShownPace {
  readonly userId: string;
  readonly name: string;
  readonly openTasks: number;
  readonly lateTasks: number;
  readonly doneTasks: number;
  readonly answers: number;
  readonly secondsPerAnswer: number | null;
}

/** How much lies on each member, and how fast they answer: only where the project has said so to them. */
export function PaceTable({ people }: { people: readonly ShownPace[] }) {
  return (
    <Table aria-label="How much each member does">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Open tasks</Table.Th>
          <Table.Th>Done in 30 days</Table.Th>
          <Table.Th>Proposals judged in 30 days</Table.Th>
          <Table.Th>Seconds for one</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {people.map((one) => (
          <Table.Tr key={one.userId}>
            <Table.Td>{one.name}</Table.Td>
            <Table.Td>
              {one.openTasks}
              {one.lateTasks > 0 && `, ${one.lateTasks} late`}
            </Table.Td>
            <Table.Td>{one.doneTasks}</Table.Td>
            <Table.Td>{one.answers}</Table.Td>
            <Table.Td>{one.secondsPerAnswer === null ? "too few to say" : one.secondsPerAnswer.toFixed(1)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
