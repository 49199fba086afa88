"use client";
import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";

/** A line of text that is saved by itself. */
export function TextSetting(props: {
  label: string;
  description: string;
  placeholder: string;
  value: string;
  maxLength: number;
  saving: boolean;
  onSave(value: string): void;
}) {
  const [typed, setTyped] = useState(props.value);
  const changed = typed.trim() !== props.value;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) props.onSave(typed.trim());
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label={props.label}
          description={props.description}
          placeholder={props.placeholder}
          maxLength={props.maxLength}
          maw={420}
          flex={1}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant={changed ? "filled" : "default"} disabled={!changed} loading={props.saving}>
          Save
        </Button>
      </Group>
    </form>
  );
}
