import { ActionIcon, Badge, Group, Select, TextInput, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import styles from "./history-panel.module.css";

/** What of the history is shown. Times as the browser's fields write them, in local time: `2026-11-12T14:05`. */
export interface HistoryQuestion {
  readonly nucleus: LabelValue | null;
  readonly userId: string | null;
  readonly from: string;
  readonly until: string;
}

export const wholeHistory: HistoryQuestion = { nucleus: null, userId: null, from: "", until: "" };

export const isFiltered = ({ nucleus, userId, from, until }: HistoryQuestion): boolean =>
  nucleus !== null || userId !== null || from !== "" || until !== "";

export interface HistoryFilterProps {
  readonly question: HistoryQuestion;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** Offered beside the filters; 0 where nothing is selected. */
  readonly selectedLabel: LabelValue;
  onChange(question: HistoryQuestion): void;
}

export function HistoryFilter({ question, people, selectedLabel, onChange }: HistoryFilterProps) {
  const change = (part: Partial<HistoryQuestion>): void => onChange({ ...question, ...part });
  return (
    <div className={styles.filter}>
      <Group gap={6} wrap="nowrap">
        <Select
          size="xs"
          flex={1}
          aria-label="Who"
          placeholder="Everybody"
          clearable
          searchable={people.length > 8}
          data={people.map(({ id, name }) => ({ value: id, label: name }))}
          value={question.userId}
          onChange={(userId) => change({ userId })}
        />
        <NucleusChoice question={question} selectedLabel={selectedLabel} change={change} />
        {isFiltered(question) && (
          <Tooltip label="Show everything">
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label="Show everything"
              onClick={() => onChange(wholeHistory)}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <Group gap={6} wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          type="datetime-local"
          aria-label="From"
          title="From"
          value={question.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          flex={1}
          type="datetime-local"
          aria-label="Until"
          title="Until"
          value={question.until}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      </Group>
    </div>
  );
}

function NucleusChoice(props: {
  question: HistoryQuestion;
  selectedLabel: LabelValue;
  change(part: Partial<HistoryQuestion>): void;
}) {
  const { question, selectedLabel, change } = props;
  if (question.nucleus !== null)
    return (
      <Badge
        component="button"
        variant="default"
        style={{ cursor: "pointer" }}
        aria-label={`Nucleus ${question.nucleus} only: show all nuclei`}
        onClick={() => change({ nucleus: null })}
      >
        Nucleus {question.nucleus} ×
      </Badge>
    );
  if (selectedLabel === 0) return null;
  return (
    <Badge
      component="button"
      variant="outline"
      color="gray"
      style={{ cursor: "pointer" }}
      onClick={() => change({ nucleus: selectedLabel })}
    >
      Only {selectedLabel}
    </Badge>
  );
}
