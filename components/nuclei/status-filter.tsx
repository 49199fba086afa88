import { ActionIcon, Checkbox, Divider, Popover, Stack, Tooltip } from "@mantine/core";
import { IconFilter, IconFilterFilled } from "@tabler/icons-react";
import { type LabelStatus, labelStatuses } from "../../core/labels/label-status.ts";
import { type ReviewState, reviewStates } from "../../core/review/review-state.ts";
import { statusWords } from "../editor/panel/status-mark.tsx";
import { reviewWords } from "../second-look/review-words.ts";

interface StatusFilterProps {
  readonly statuses: readonly LabelStatus[];
  onChange(statuses: readonly LabelStatus[]): void;
  /** Null where no nucleus has a second look to filter by. */
  readonly reviews: readonly ReviewState[] | null;
  onReviews(reviews: readonly ReviewState[]): void;
}

export function StatusFilter({ statuses, onChange, reviews, onReviews }: StatusFilterProps) {
  const chosen = [
    ...statuses.map((status) => statusWords[status]),
    ...(reviews ?? []).map((review) => reviewWords[review]),
  ];
  const isOn = chosen.length > 0;
  const Icon = isOn ? IconFilterFilled : IconFilter;
  return (
    <Popover position="bottom-end" withArrow>
      <Popover.Target>
        <Tooltip label={isOn ? `Only: ${chosen.join(", ").toLowerCase()}` : "Filter by status"}>
          <ActionIcon size={30} variant="default" aria-label="Filter by status">
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          <Choices
            all={labelStatuses.filter((status) => status !== "proposed")}
            words={statusWords}
            chosen={statuses}
            onChange={onChange}
          />
          {reviews && (
            <>
              <Divider />
              <Choices all={reviewStates} words={reviewWords} chosen={reviews} onChange={onReviews} />
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ChoicesProps<T extends string> {
  readonly all: readonly T[];
  readonly words: Readonly<Record<T, string>>;
  readonly chosen: readonly T[];
  onChange(chosen: readonly T[]): void;
}

function Choices<T extends string>({ all, words, chosen, onChange }: ChoicesProps<T>) {
  return all.map((one) => (
    <Checkbox
      key={one}
      size="xs"
      label={words[one]}
      checked={chosen.includes(one)}
      onChange={() => onChange(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one])}
    />
  ));
}
