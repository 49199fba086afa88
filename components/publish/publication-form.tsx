import { Accordion, Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import type { DescribedField } from "../../core/publication/missing-fields.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import type { FieldsProps } from "./fields-props.ts";
import { PeopleFields } from "./people-fields.tsx";
import { SpecimenFields } from "./specimen-fields.tsx";
import { StudyFields } from "./study-fields.tsx";

export interface PublicationFormProps extends FieldsProps {
  readonly isChanged: boolean;
  /** May be looked at only. */
  readonly readOnly: boolean;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  onSave(): void;
  onDiscard(): void;
}

const parts: readonly {
  readonly value: string;
  readonly title: string;
  readonly fields: readonly DescribedField[];
  readonly show: (props: FieldsProps) => ReactNode;
}[] = [
  {
    value: "study",
    title: "What it is about",
    fields: ["title", "summary", "keywords", "funding"],
    show: (props) => <StudyFields {...props} />,
  },
  {
    value: "people",
    title: "Who made it",
    fields: ["creators", "contact"],
    show: (props) => <PeopleFields {...props} />,
  },
  {
    value: "specimen",
    title: "What was imaged, and how",
    fields: ["organisms", "specimenPreparation", "stain", "imagingMethod", "acquisition"],
    show: (props) => <SpecimenFields {...props} />,
  },
];

const words = (missing: number): string => (missing === 0 ? "complete" : `${missing} of it missing`);

/** What every data set of the project says about itself. */
export function PublicationForm(props: PublicationFormProps) {
  const { missing, isChanged, readOnly } = props;
  return (
    <Stack gap="sm">
      <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Accordion
          variant="separated"
          multiple
          defaultValue={parts[0].fields.some((field) => missing.has(field)) ? ["study"] : []}
        >
          {parts.map(({ value, title, fields, show }) => (
            <Accordion.Item key={value} value={value}>
              <Accordion.Control>
                <Text fw={500}>
                  {title}
                  <Text span size="sm" c="dimmed" fw={400}>
                    {` — ${words(fields.filter((field) => missing.has(field)).length)}`}
                  </Text>
                </Text>
              </Accordion.Control>
              <Accordion.Panel>{show(props)}</Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </fieldset>
      {props.problem && <ProblemAlert problem={props.problem} />}
      {!readOnly && (
        <Group>
          <Button disabled={!isChanged} loading={props.pending} onClick={props.onSave}>
            Save
          </Button>
          {isChanged && (
            <>
              <Button variant="default" disabled={props.pending} onClick={props.onDiscard}>
                Discard
              </Button>
              <Text size="sm" c="dimmed" role="status">
                Not saved yet.
              </Text>
            </>
          )}
        </Group>
      )}
    </Stack>
  );
}
