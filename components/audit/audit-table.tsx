import { Button, Group, Skeleton, Table, Text } from "@mantine/core";
import { wordsOfAct } from "./audit-words.ts";

export interface ShownAuditRow {
  readonly position: number;
  readonly at: Date;
  readonly act: string;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly actorEmail: string | null;
  readonly projectName: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** For administrators only. */
  readonly clientAddress?: string | null;
}

const dayAndTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** What somebody does who is not signed in; the server does the rest that has no account behind it. */
const BY_STRANGERS: ReadonlySet<string> = new Set([
  "session.sign-in-failed",
  "session.sign-in-flood",
  "link.used",
  "account.password-reset",
]);
const actorOf = ({ actorName, actorId, act }: ShownAuditRow): string =>
  actorName ?? actorId ?? (BY_STRANGERS.has(act) ? "Somebody" : "The server");

/** Rows, newest first, and how to get older ones. `forAdministrators`: with project and address. */
export function AuditTable(props: {
  rows: readonly ShownAuditRow[] | null;
  forAdministrators: boolean;
  hasMore: boolean;
  loadingMore: boolean;
  onMore(): void;
}) {
  const { rows, forAdministrators } = props;
  if (rows === null) return <Skeleton h={240} />;
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed" py="md">
        Nothing was written down that matches.
      </Text>
    );
  return (
    <>
      <Table.ScrollContainer minWidth={forAdministrators ? 860 : 600}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={175}>When</Table.Th>
              <Table.Th w={200}>Who</Table.Th>
              <Table.Th>What</Table.Th>
              {forAdministrators && <Table.Th w={170}>Project</Table.Th>}
              {forAdministrators && <Table.Th w={140}>Address</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <AuditTableRow key={row.position} row={row} forAdministrators={forAdministrators} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {props.hasMore && (
        <Group justify="center">
          <Button variant="default" size="xs" loading={props.loadingMore} onClick={props.onMore}>
            Earlier
          </Button>
        </Group>
      )}
    </>
  );
}

function AuditTableRow({ row, forAdministrators }: { row: ShownAuditRow; forAdministrators: boolean }) {
  const { does, tells, alarming } = wordsOfAct(row.act, row.details);
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{dayAndTime.format(row.at)}</Table.Td>
      <Table.Td>
        <Text size="sm">{actorOf(row)}</Text>
        {row.actorEmail && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {row.actorEmail}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm" c={alarming ? "red" : undefined}>
          {does}
        </Text>
        {tells && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {tells}
          </Text>
        )}
      </Table.Td>
      {forAdministrators && <Table.Td style={{ overflowWrap: "anywhere" }}>{row.projectName}</Table.Td>}
      {forAdministrators && <Table.Td style={{ overflowWrap: "anywhere" }}>{row.clientAddress}</Table.Td>}
    </Table.Tr>
  );
}
