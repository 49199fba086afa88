"use client";
import { Button, ColorInput, Group, NativeSelect, Table, TextInput } from "@mantine/core";
import { useState } from "react";

export interface ClassFields {
  readonly name: string;
  readonly numberKey: number;
  readonly color: string;
}

/** A class being edited in its row; "Save" appears once something differs. */
export function ClassRow(props: {
  fields: ClassFields;
  isNew?: boolean;
  onSave(fields: ClassFields): void;
  onRemove(): void;
}) {
  const [name, setName] = useState(props.fields.name);
  const [numberKey, setNumberKey] = useState(props.fields.numberKey);
  const [color, setColor] = useState(props.fields.color);
  const changed =
    props.isNew ||
    name.trim() !== props.fields.name ||
    numberKey !== props.fields.numberKey ||
    color !== props.fields.color;
  const valid = name.trim() !== "" && /^#[0-9a-f]{6}$/i.test(color);
  const title = props.fields.name || "new class";
  return (
    <Table.Tr>
      <Table.Td w={90}>
        <NativeSelect
          aria-label={`Number key of ${title}`}
          value={String(numberKey)}
          data={["1", "2", "3", "4", "5", "6", "7", "8", "9"]}
          onChange={(event) => setNumberKey(Number(event.currentTarget.value))}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          aria-label={`Name of ${title}`}
          placeholder="e.g. mitotic"
          maxLength={40}
          autoFocus={props.isNew}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Table.Td>
      <Table.Td w={170}>
        <ColorInput
          aria-label={`Colour of ${title}`}
          eyeDropperButtonProps={{ "aria-label": `Take the colour of ${title} from the screen` }}
          format="hex"
          value={color}
          onChange={setColor}
        />
      </Table.Td>
      <Table.Td w={190}>
        <Group justify="flex-end" gap="xs" wrap="nowrap">
          {changed && (
            <Button
              size="compact-sm"
              disabled={!valid}
              onClick={() => props.onSave({ name: name.trim(), numberKey, color })}
            >
              Save
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color={props.isNew ? "gray" : "red"} onClick={props.onRemove}>
            {props.isNew ? "Leave it" : "Remove"}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
