import { ActionIcon, Button, Group, Select, TextInput, Tooltip } from "@mantine/core";
import { IconClock, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import { atStart, useNucleusName } from "../ui/nucleus-names.tsx";
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
  const [isOpen, setOpen] = useState(false);
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
        <Tooltip label="Choose a time">
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label="Choose a time"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <IconClock size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
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
      {(isOpen || question.from !== "" || question.until !== "") && (
        <>
          <TimeField name="From" value={question.from} onChange={(from) => change({ from })} />
          <TimeField name="Until" value={question.until} onChange={(until) => change({ until })} />
        </>
      )}
    </div>
  );
}

function TimeField(props: { name: string; value: string; onChange(value: string): void }) {
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      aria-label={props.name}
      leftSection={props.name}
      leftSectionWidth={44}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

function NucleusChoice(props: {
  question: HistoryQuestion;
  selectedLabel: LabelValue;
  change(part: Partial<HistoryQuestion>): void;
}) {
  const { question, selectedLabel, change } = props;
  const nameOf = useNucleusName();
  if (question.nucleus !== null)
    return (
      <Button
        size="compact-xs"
        variant="light"
        aria-label={`${atStart(nameOf(question.nucleus))} only: show all nuclei`}
        onClick={() => change({ nucleus: null })}
      >
        {atStart(nameOf(question.nucleus))} ×
      </Button>
    );
  if (selectedLabel === 0) return null;
  return (
    <Button size="compact-xs" variant="default" onClick={() => change({ nucleus: selectedLabel })}>
      Only {nameOf(selectedLabel)}
    </Button>
  );
}
