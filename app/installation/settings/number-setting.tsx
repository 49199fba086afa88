"use client";
import { Button, Group, NumberInput } from "@mantine/core";
import { useState } from "react";

/** A number that is saved by itself. `emptyMeans` allows none, and says what that means. */
export function NumberSetting(props: {
  label: string;
  description: string;
  unit: string;
  value: number | null;
  min: number;
  max: number;
  whole?: boolean;
  emptyMeans?: string;
  saving: boolean;
  onSave(value: number | null): void;
}) {
  const saved = props.value ?? "";
  const [typed, setTyped] = useState<number | string>(saved);
  const changed = typed !== saved;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) props.onSave(typed === "" ? null : Number(typed));
      }}
    >
      <Group align="flex-end" gap="sm">
        <NumberInput
          label={props.label}
          description={props.description}
          placeholder={props.emptyMeans}
          required={props.emptyMeans === undefined}
          withAsterisk={false}
          suffix={` ${props.unit}`}
          thousandSeparator=","
          min={props.min}
          max={props.max}
          allowNegative={false}
          allowDecimal={!props.whole}
          decimalScale={3}
          maw={420}
          flex={1}
          value={typed}
          onChange={setTyped}
        />
        <Button type="submit" variant={changed ? "filled" : "default"} disabled={!changed} loading={props.saving}>
          Save
        </Button>
      </Group>
    </form>
  );
}
