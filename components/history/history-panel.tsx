import { Button, Center, Group, Loader, Stack, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { Fragment, type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { HistoryLine } from "../../core/history/history-line.ts";
import editorStyles from "../editor/editor.module.css";
import type { Loaded } from "../editor/editor-contract.ts";
import { cssOfRgb, rgbOfLabel } from "../editor/layers/label-color.ts";
import { initialsOf } from "../editor/people/initials.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { clockWords, dayWords, momentWords } from "../ui/moment-words.ts";
import { useNucleusName } from "../ui/nucleus-names.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { HistoryFilter, type HistoryQuestion, isFiltered } from "./history-filter.tsx";
import styles from "./history-panel.module.css";
import { detailsOfLine, wordsOfLine } from "./history-words.ts";

/** Of accounts that do not exist any more. */
const NOBODY = "A deleted account";

export interface HistoryPanelProps {
  readonly lines: Loaded<readonly HistoryLine[]>;
  readonly names: ReadonlyMap<string, string>;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly question: HistoryQuestion;
  readonly selectedLabel: LabelValue;
  readonly selectedId: string | null;
  readonly nowMs: number;
  readonly hasEarlier: boolean;
  readonly isLoadingEarlier: boolean;
  /** So far back was looked, while a filter lets little through. */
  readonly reachedAtMs: number | null;
  /** Something was done since the list was read. */
  readonly isBehind: boolean;
  readonly historyDays: number | null;
  /** What can be done with the selected line, or with all that are shown. */
  readonly actions: ReactNode;
  onQuestion(question: HistoryQuestion): void;
  onSelect(line: HistoryLine): void;
  onEarlier(): void;
  onRefresh(): void;
}

/** Who did what to the labels, newest first. */
export function HistoryPanel(props: HistoryPanelProps) {
  const { lines, question } = props;
  return (
    <div className={styles.panel} data-testid="history">
      <HistoryFilter {...props} onChange={props.onQuestion} />
      {props.isBehind && lines.data && (
        <Group px={8} py={4} justify="space-between" wrap="nowrap" role="status">
          <Text size="xs">Something was done since.</Text>
          <Button size="compact-xs" variant="default" onClick={props.onRefresh}>
            Show it
          </Button>
        </Group>
      )}
      <Lines {...props} />
      {props.actions}
      <div className={styles.foot} role="status">
        {lines.problem && lines.data
          ? "The list may be old: the server cannot be reached."
          : props.isLoadingEarlier && isFiltered(question) && props.reachedAtMs !== null
            ? `Looked back to ${momentWords(props.reachedAtMs)}…`
            : props.historyDays === null
              ? ""
              : `Kept for ${props.historyDays} ${props.historyDays === 1 ? "day" : "days"}.`}
      </div>
    </div>
  );
}

function Lines(props: HistoryPanelProps) {
  const { lines, question, selectedId } = props;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selectedId) scroller.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selectedId]);
  const { data, problem, retry } = lines;
  if (!data)
    return problem ? (
      <div style={{ padding: 10, flex: 1 }}>
        <ProblemAlert problem={problem} onRetry={retry} />
      </div>
    ) : (
      <Center py="xl" flex={1}>
        <Stack align="center" gap="xs" role="status">
          <Loader size="sm" />
          <Text size="xs" c="dimmed">
            Reading the history…
          </Text>
        </Stack>
      </Center>
    );
  if (data.length === 0 && !props.hasEarlier)
    return (
      <div style={{ flex: 1 }}>
        <EmptyState
          icon={<IconHistory size={32} stroke={1.4} />}
          title={isFiltered(question) ? "Nothing that matches" : "Nothing yet"}
          text={
            isFiltered(question)
              ? "Nobody did anything here that is remembered and matches. Choose another person, nucleus or time."
              : "Whatever somebody paints, accepts or changes in this volume is listed here, with who did it and when."
          }
        />
      </div>
    );
  const at = data.findIndex(({ id }) => id === selectedId);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || data.length === 0) return;
    event.preventDefault();
    props.onSelect(data[Math.min(data.length - 1, Math.max(0, (at < 0 ? -1 : at) + step))]);
  };
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="listbox"
      aria-label="History"
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {data.map((line, i) => {
        const day = dayWords(line.lastAtMs, props.nowMs);
        const isFirst = i === 0 || day !== dayWords(data[i - 1].lastAtMs, props.nowMs);
        return (
          <Fragment key={line.id}>
            {isFirst && (
              <div className={styles.day} role="presentation">
                {day}
              </div>
            )}
            <Line
              line={line}
              name={props.names.get(line.userId) ?? NOBODY}
              isSelected={line.id === selectedId}
              onSelect={props.onSelect}
            />
          </Fragment>
        );
      })}
      {props.hasEarlier && (
        <Center py={8}>
          <Button size="compact-xs" variant="default" loading={props.isLoadingEarlier} onClick={props.onEarlier}>
            Earlier
          </Button>
        </Center>
      )}
    </div>
  );
}

function Line(props: { line: HistoryLine; name: string; isSelected: boolean; onSelect(line: HistoryLine): void }) {
  const { line, name } = props;
  const nameOf = useNucleusName();
  const details = detailsOfLine(line);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box handles the keys for its options
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus
    <div
      role="option"
      aria-selected={props.isSelected}
      className={styles.line}
      data-undone={(line.turn === "do" && line.undone === line.records) || undefined}
      title={`${name}, ${momentWords(line.lastAtMs)}`}
      onClick={() => props.onSelect(line)}
    >
      <span className={styles.dim}>{clockWords(line.lastAtMs)}</span>
      <span title={name}>{initialsOf(name)}</span>
      <span>
        {line.labelCount === 1 && (
          <span
            className={editorStyles.swatch}
            style={{ background: cssOfRgb(rgbOfLabel(line.labels[0])), marginRight: 4 }}
            aria-hidden
          />
        )}
        <span className={styles.words}>{wordsOfLine(line, nameOf)}</span>
        {details && <span className={styles.dim}> · {details}</span>}
      </span>
    </div>
  );
}
