import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { studyActObjection } from "../../core/agreement/blind-study.ts";
import type { ShownStudy } from "../../core/agreement/shown-study.ts";
import type { Role } from "../../core/roles.ts";
import { beginningWords, placeWords, stateWords } from "./study-words.ts";

interface StudyListProps {
  readonly studies: readonly ShownStudy[];
  readonly userId: string;
  readonly role: Role;
  readonly isBusy: boolean;
  /** An anchor of the page's own kind. */
  link(href: string, words: ReactNode): ReactNode;
  hrefOf(study: ShownStudy): string;
  onClose(study: ShownStudy): void;
  onAgain(study: ShownStudy): void;
  onRemove(study: ShownStudy): void;
}

/** The studies of a project, the newest first, each with what its reader may do. */
export function StudyList(props: StudyListProps) {
  const { studies, userId, role, isBusy } = props;
  return (
    <Table aria-label="Blind studies" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Where</Table.Th>
          <Table.Th>People</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>
            <Text span size="sm" fw={700}>
              What you can do
            </Text>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {studies.map((study) => {
          const may = (act: "close" | "remove") => studyActObjection(act, study, { userId, role }) === null;
          const isCompared = study.state === "compared" || study.state === "adjudicated";
          return (
            <Table.Tr key={study.id}>
              <Table.Td>
                <Text size="sm">{study.volumeName}</Text>
                <Text size="xs" c="dimmed">
                  {placeWords(study.box)}. {beginningWords[study.beginsWith]}.
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{study.annotators} draw</Text>
                <Text size="xs" c="dimmed">
                  {study.adjudicatorId === userId ? "you adjudicate" : `${study.adjudicator} adjudicates`}
                </Text>
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color={study.problem ? "red" : isCompared ? "teal" : "gray"} tt="none">
                  {stateWords(study)}
                </Badge>
                {study.problem && (
                  <Text size="xs" c="red">
                    {study.problem.what} {study.problem.hint}
                  </Text>
                )}
                {study.state === "drawing" && study.layers && (
                  <Text size="xs" c="dimmed">
                    {study.layers
                      .map(({ name, isDone }) => `${name}: ${isDone ? "done" : "draws"}`)
                      .sort()
                      .join(", ")}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <Group gap="xs">
                  {study.own &&
                    study.state === "drawing" &&
                    props.link(`/volumes/${study.own.volumeId}`, study.own.isDone ? "Open your layer" : "Draw")}
                  {isCompared && props.link(props.hrefOf(study), "Result")}
                  {study.problem && role === "owner" && (
                    <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => props.onAgain(study)}>
                      Try again
                    </Button>
                  )}
                  {may("close") && (
                    <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => props.onClose(study)}>
                      Close and compare
                    </Button>
                  )}
                  {may("remove") && (
                    <Anchor component="button" type="button" size="sm" c="red" onClick={() => props.onRemove(study)}>
                      Delete
                    </Anchor>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
