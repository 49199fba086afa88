import { ActionIcon, Checkbox, Popover, Stack, Tooltip } from "@mantine/core";
import { IconFilter, IconFilterFilled } from "@tabler/icons-react";
import { type LabelStatus, labelStatuses } from "../../core/labels/label-status.ts";
import { statusWords } from "../editor/status-mark.tsx";

export function StatusFilter(props: {
  readonly statuses: readonly LabelStatus[];
  onChange(statuses: readonly LabelStatus[]): void;
}) {
  const { statuses, onChange } = props;
  const isOn = statuses.length > 0;
  const Icon = isOn ? IconFilterFilled : IconFilter;
  return (
    <Popover position="bottom-end" withArrow>
      <Popover.Target>
        <Tooltip label={isOn ? `Only ${statuses.join(", ")}` : "Filter by status"}>
          <ActionIcon size={30} variant="default" aria-label="Filter by status">
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          {labelStatuses
            .filter((status) => status !== "proposed")
            .map((status) => (
              <Checkbox
                key={status}
                size="xs"
                label={statusWords[status]}
                checked={statuses.includes(status)}
                onChange={() =>
                  onChange(
                    statuses.includes(status) ? statuses.filter((other) => other !== status) : [...statuses, status],
                  )
                }
              />
            ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
