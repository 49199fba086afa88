import { Button, Loader, Text } from "@mantine/core";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { HistoryLine } from "../../core/history/history-line.ts";
import { momentWords } from "../ui/moment-words.ts";
import { atStart, useNucleusName } from "../ui/nucleus-names.tsx";
import styles from "./history-panel.module.css";

/** Of a line: the labels just before its first act, or just after its last one. */
export type Side = "before" | "after";

/** What one person did in a span of time. */
export interface PersonsTime {
  readonly userId: string;
  readonly name: string;
  readonly from: Date;
  /** Null: until now. */
  readonly until: Date | null;
}

export interface HistoryActionsProps {
  /** What is being waited for, in words. */
  readonly busy: string | null;
  readonly canEdit: boolean;
  readonly selected: HistoryLine | null;
  /** The nucleus that may be brought back; 0 where none is meant. */
  readonly nucleus: LabelValue;
  readonly time: PersonsTime | null;
  /** The end of the time that is asked for: the labels of then can be looked at. */
  readonly until: Date | null;
  onLookAt(time: Date): void;
  onLook(line: HistoryLine, side: Side): void;
  onTakeBack(line: HistoryLine): void;
  onTakeBackTime(time: PersonsTime): void;
  onBringBack(line: HistoryLine, side: Side): void;
}

/** What can be done with the selected line, and with all that one person did in a time. */
export function HistoryActions(props: HistoryActionsProps) {
  const { busy, canEdit, selected, nucleus, time, until } = props;
  const nameOf = useNucleusName();
  if (busy)
    return (
      <div className={styles.actions} role="status">
        <Loader size="xs" />
        <Text size="xs">{busy}</Text>
      </div>
    );
  const button = { size: "compact-xs", variant: "default" } as const;
  return (
    <>
      {until && (
        <div className={styles.actions}>
          <Button {...button} onClick={() => props.onLookAt(until)}>
            Look at {momentWords(until.getTime())}
          </Button>
        </div>
      )}
      {time && (
        <div className={styles.actions}>
          <Button {...button} disabled={!canEdit} onClick={() => props.onTakeBackTime(time)}>
            Take all of it back…
          </Button>
          <Text size="xs" c="dimmed">
            {time.name}, {momentWords(time.from.getTime())} to {time.until ? momentWords(time.until.getTime()) : "now"}
          </Text>
        </div>
      )}
      {selected && (
        <div className={styles.actions}>
          <Button {...button} onClick={() => props.onLook(selected, "before")}>
            Look: before
          </Button>
          <Button {...button} onClick={() => props.onLook(selected, "after")}>
            Look: after
          </Button>
          {selected.turn === "do" && selected.undone < selected.records && (
            <Button {...button} disabled={!canEdit} onClick={() => props.onTakeBack(selected)}>
              Take this back…
            </Button>
          )}
          {nucleus !== 0 && (
            <>
              <Button {...button} disabled={!canEdit} onClick={() => props.onBringBack(selected, "before")}>
                {atStart(nameOf(nucleus))} as before this…
              </Button>
              <Button {...button} disabled={!canEdit} onClick={() => props.onBringBack(selected, "after")}>
                …as after this
              </Button>
            </>
          )}
        </div>
      )}
    </>
  );
}
