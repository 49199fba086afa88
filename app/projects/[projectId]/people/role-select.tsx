import { NativeSelect } from "@mantine/core";
import { type Role, roles } from "../../../../core/roles.ts";

export function RoleSelect(props: {
  label: string;
  value: Role;
  disabled?: boolean;
  showLabel?: boolean;
  onChange(role: Role): void;
}) {
  return (
    <NativeSelect
      w={140}
      size="sm"
      label={props.showLabel ? props.label : undefined}
      aria-label={props.label}
      value={props.value}
      disabled={props.disabled}
      data={[...roles]}
      onChange={(event) => {
        const role = roles.find((one) => one === event.currentTarget.value);
        if (role) props.onChange(role);
      }}
    />
  );
}
