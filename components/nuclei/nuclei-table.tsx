import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import editorStyles from "../editor/editor.module.css";
import type { NucleusRow } from "../editor/editor-contract.ts";
import { CAME_WITH_FILE, formatVolume, formatWhen } from "../editor/panel/nucleus-words.ts";
import { StatusMark } from "../editor/panel/status-mark.tsx";
import { initialsOf } from "../editor/people/initials.ts";
import { ReviewMark } from "../second-look/review-mark.tsx";
import { useRowWindow } from "../ui/use-row-window.ts";
import styles from "./nuclei-panel.module.css";
import type { NucleusOrder, SortKey } from "./nucleus-order.ts";

const ROW_PX = 26;

const columns: readonly {
  readonly key: SortKey;
  readonly text: string;
  readonly name: string;
  readonly right?: true;
}[] = [
  { key: "number", text: "Nucleus", name: "number" },
  { key: "status", text: "St", name: "status" },
  { key: "review", text: "Re", name: "second look" },
  { key: "className", text: "Class", name: "class" },
  { key: "volumeUm3", text: "µm³", name: "volume in cubic micrometres", right: true },
  { key: "uncertainty", text: "Unc", name: "uncertainty", right: true },
  { key: "by", text: "Who", name: "who changed it last" },
  { key: "changedAt", text: "When", name: "when it was changed", right: true },
];

export interface NucleiTableProps {
  readonly rows: readonly NucleusRow[];
  readonly order: NucleusOrder;
  /** Some nucleus has a second look to show. */
  readonly isReviewed: boolean;
  readonly selectedLabel: LabelValue;
  readonly colorOf: (label: LabelValue) => string;
  onOrder(order: NucleusOrder): void;
  onSelect(row: NucleusRow): void;
}

/** Only the rows in sight are in the page. Arrow keys move the selection. */
export function NucleiTable({ rows, order, isReviewed, selectedLabel, colorOf, onOrder, onSelect }: NucleiTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end } = useRowWindow(scroller, ROW_PX, rows.length);
  const selectedAt = rows.findIndex((row) => row.label === selectedLabel);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follow the selection, not every new sorting of the rows
  useEffect(() => {
    const element = scroller.current;
    if (!element || selectedAt < 0) return;
    const top = selectedAt * ROW_PX;
    if (top < element.scrollTop || top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top - element.clientHeight / 2;
  }, [selectedLabel]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || rows.length === 0) return;
    event.preventDefault();
    const from = selectedAt < 0 ? (step > 0 ? -1 : rows.length) : selectedAt;
    onSelect(rows[Math.min(rows.length - 1, Math.max(0, from + step))]);
  };

  return (
    <>
      <div className={`${styles.columns} ${styles.head}`} data-reviewed={isReviewed || undefined}>
        {columns
          .filter(({ key }) => isReviewed || key !== "review")
          .map(({ key, text, name, right }) => (
            <button
              key={key}
              type="button"
              className={styles.headButton}
              data-right={right}
              data-active={order.key === key || undefined}
              aria-label={`${text}: sort by ${name}${order.key === key ? (order.descending ? ", falling" : ", rising") : ""}`}
              title={`Sort by ${name}`}
              onClick={() => onOrder({ key, descending: order.key === key ? !order.descending : startsHigh(key) })}
            >
              {text}
              {order.key === key &&
                (order.descending ? (
                  <IconChevronDown size={11} aria-hidden />
                ) : (
                  <IconChevronUp size={11} aria-hidden />
                ))}
            </button>
          ))}
      </div>
      <div
        ref={scroller}
        className={styles.scroller}
        role="listbox"
        aria-label="Nuclei"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.length * ROW_PX }} />
        {rows.slice(first, end).map((row, i) => (
          <Row
            key={row.label}
            row={row}
            top={(first + i) * ROW_PX}
            isReviewed={isReviewed}
            isSelected={row.label === selectedLabel}
            color={colorOf(row.label)}
            onSelect={onSelect}
          />
        ))}
      </div>
    </>
  );
}

const startsHigh = (key: SortKey): boolean => key === "volumeUm3" || key === "uncertainty" || key === "changedAt";

interface RowProps {
  readonly row: NucleusRow;
  readonly top: number;
  readonly isReviewed: boolean;
  readonly isSelected: boolean;
  readonly color: string;
  onSelect(row: NucleusRow): void;
}

function Row({ row, top, isReviewed, isSelected, color, onSelect }: RowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box handles the keys for its options
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus
    <div
      role="option"
      aria-selected={isSelected}
      className={`${styles.columns} ${styles.row}`}
      style={{ top }}
      data-reviewed={isReviewed || undefined}
      onClick={() => onSelect(row)}
      data-label={row.label}
    >
      <span className={styles.cell} title={`Label ${row.label}`}>
        <span className={editorStyles.swatch} style={{ background: color }} aria-hidden /> {row.number ?? "new"}
      </span>
      <StatusMark status={row.status} />
      {isReviewed && <ReviewMark state={row.review} />}
      <span className={`${styles.cell} ${row.className ? "" : styles.dim}`}>{row.className ?? "–"}</span>
      <span className={`${styles.cell} ${styles.right}`}>{formatVolume(row.volumeUm3)}</span>
      <span className={`${styles.cell} ${styles.right} ${styles.dim}`}>
        {row.uncertainty === null ? "–" : row.uncertainty.toFixed(2)}
      </span>
      <span className={styles.cell} title={row.by}>
        {row.by === CAME_WITH_FILE ? "file" : initialsOf(row.by)}
      </span>
      <span className={`${styles.cell} ${styles.right} ${styles.dim}`} title={row.changedAt}>
        {formatWhen(row.changedAt)}
      </span>
    </div>
  );
}
