import { Autocomplete, Text } from "@mantine/core";
import { useState } from "react";
import { licenceOf, licences } from "../../core/publication/licences.ts";

export interface LicenceFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly maxLength: number;
  readonly maxWidth?: number;
  readonly value: string;
  onChange(licence: string): void;
}

const MOST_FOUND = 12;
type Find = typeof import("../../core/publication/spdx/describe-licence.ts");

/** Offers the usual licences with what they mean, and whatever of the SPDX list what is typed could mean. */
export function LicenceField({ label, description, maxLength, maxWidth, value, onChange }: LicenceFieldProps) {
  const [list, setList] = useState<Find | null>(null);
  const load = async () => setList(await import("../../core/publication/spdx/describe-licence.ts"));
  const isTyped = value.trim() !== "" && licenceOf(value) === null;
  const found = list && isTyped ? list.findLicences(value, MOST_FOUND) : [];
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return (
    <Autocomplete
      label={label}
      description={description}
      placeholder="e.g. CC-BY-4.0"
      maw={maxWidth}
      maxLength={maxLength}
      data={found.length > 0 ? [...names.keys()] : licences.map(({ id }) => id)}
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const known = licenceOf(option.value);
        const name = names.get(option.value);
        return (
          <Text size="sm">
            {known ? `${known.name}: ${known.words}` : name ? `${option.value}: ${name}` : option.value}
          </Text>
        );
      }}
      // Without a connection the usual ones stay.
      onFocus={() => void load().catch(() => {})}
      value={value}
      onChange={onChange}
    />
  );
}
