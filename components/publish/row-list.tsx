import { ActionIcon, Button, Group, Input, Stack } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";

export interface RowListProps<Row> {
  readonly label: ReactNode;
  readonly description?: string;
  /** Of one, for the buttons: `creator`. */
  readonly noun: string;
  readonly rows: readonly Row[];
  readonly empty: Row;
  readonly most: number;
  onChange(rows: readonly Row[]): void;
  /** The fields of one row. */
  readonly children: (row: Row, change: (fields: Partial<Row>) => void, index: number) => ReactNode;
}

/** A list of which each row has the same few fields; rows are added at the end and removed where they are. */
export function RowList<Row>(props: RowListProps<Row>) {
  const { rows, noun, onChange } = props;
  return (
    <Input.Wrapper
      component="fieldset"
      label={props.label}
      labelElement="div"
      description={props.description}
      style={{ border: 0, padding: 0, margin: 0 }}
    >
      <Stack gap={6} mt={6}>
        {rows.map((row, index) => (
          // Rows have no names of their own, and are never reordered.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Group key={index} gap={6} align="flex-start" wrap="nowrap">
            {props.children(
              row,
              (fields) => onChange(rows.map((one, i) => (i === index ? { ...one, ...fields } : one))),
              index,
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={4}
              aria-label={`Remove ${noun} ${index + 1}`}
              onClick={() => onChange(rows.filter((_, i) => i !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        {rows.length < props.most && (
          <Group>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => onChange([...rows, props.empty])}
            >
              Add {/^[aeiou]/.test(noun) ? "an" : "a"} {noun}
            </Button>
          </Group>
        )}
      </Stack>
    </Input.Wrapper>
  );
}
