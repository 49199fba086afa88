import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { ListedProposal } from "../../core/labels/proposal-columns.ts";
import { DOUBTFUL_CLASS } from "../../core/query/class-doubt.ts";
import { formatVolume } from "../editor/panel/nucleus-words.ts";
import { initialsOf } from "../editor/people/initials.ts";
import { percent } from "../ui/proposed-class.tsx";
import { useRowWindow } from "../ui/use-row-window.ts";
import styles from "./proposal-list.module.css";
import type { ProposalOrder } from "./proposal-order.ts";

const ROW_PX = 26;

interface Column {
  readonly key: ProposalOrder["key"];
  readonly text: string;
  readonly name: string;
  readonly right?: true;
}

const columns: readonly Column[] = [
  { key: "labelValue", text: "Number", name: "number" },
  { key: "uncertainty", text: "Doubt", name: "doubt", right: true },
  { key: "voxels", text: "µm³", name: "volume", right: true },
  { key: "reason", text: "Why", name: "reason" },
];
const classColumn: Column = { key: "className", text: "Class", name: "class" };

interface ProposalTableProps {
  readonly rows: readonly ListedProposal[];
  readonly order: ProposalOrder;
  readonly voxelUm3: number;
  readonly shownLabel: number;
  onOrder(order: ProposalOrder): void;
  onShow(row: ListedProposal): void;
}

/** Only the rows in sight are in the page. Arrow keys go from one to the next. */
export function ProposalTable({ rows, order, voxelUm3, shownLabel, onOrder, onShow }: ProposalTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end } = useRowWindow(scroller, ROW_PX, rows.length);
  const hasClasses = rows.some(({ className }) => className !== null);
  const shownColumns = hasClasses ? [...columns, classColumn] : columns;
  const grid = `${styles.columns} ${hasClasses ? styles.withClass : ""}`;
  const shownAt = rows.findIndex(({ labelValue }) => labelValue === shownLabel);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follow what is shown, not every new sorting of the rows
  useEffect(() => {
    const element = scroller.current;
    if (!element || shownAt < 0) return;
    const top = shownAt * ROW_PX;
    if (top < element.scrollTop || top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top - element.clientHeight / 2;
  }, [shownLabel]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = shownAt < 0 ? (step > 0 ? -1 : rows.length) : shownAt;
    onShow(rows[Math.min(rows.length - 1, Math.max(0, from + step))]);
  };

  return (
    <>
      <div className={`${grid} ${styles.head}`}>
        {shownColumns.map(({ key, text, name, right }) => (
          <button
            key={key}
            type="button"
            className={styles.headButton}
            data-right={right}
            data-active={order.key === key || undefined}
            aria-label={`${text}: sort by ${name}${order.key === key ? (order.descending ? ", falling" : ", rising") : ""}`}
            title={`Sort by ${name}`}
            onClick={() => onOrder({ key, descending: order.key === key && !order.descending })}
          >
            {text}
            {order.key === key &&
              (order.descending ? <IconChevronDown size={11} aria-hidden /> : <IconChevronUp size={11} aria-hidden />)}
          </button>
        ))}
      </div>
      <div
        ref={scroller}
        className={styles.scroller}
        role="listbox"
        aria-label="Proposals"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.length * ROW_PX }} />
        {rows.slice(first, end).map((row, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list box handles the keys for its options
          // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus
          <div
            key={row.labelValue}
            role="option"
            aria-selected={row.labelValue === shownLabel}
            className={`${grid} ${styles.row}`}
            style={{ top: (first + i) * ROW_PX }}
            onClick={() => onShow(row)}
            data-proposal={row.labelValue}
          >
            <span className={styles.cell}>{row.labelValue}</span>
            <span className={`${styles.cell} ${styles.right}`}>
              {row.uncertainty === null ? "–" : Math.round(row.uncertainty * 100)}
            </span>
            <span className={`${styles.cell} ${styles.right}`}>{formatVolume(row.voxels * voxelUm3)}</span>
            <span className={`${styles.cell} ${styles.dim}`} title={reasonOf(row)}>
              {reasonOf(row)}
            </span>
            {hasClasses && (
              <span className={styles.cell} title={classTitle(row)} data-doubtful={isDoubtful(row) || undefined}>
                {row.className ?? ""}
              </span>
            )}
            <span className={styles.cell} title={row.heldBy ? `${row.heldBy} is looking at it` : undefined}>
              {row.heldBy ? initialsOf(row.heldBy) : ""}
            </span>
          </div>
        ))}
      </div>
    </>
  );
}

const isDoubtful = ({ classProbability }: ListedProposal): boolean =>
  classProbability !== null && classProbability < DOUBTFUL_CLASS;

const classTitle = ({ className, classProbability }: ListedProposal): string | undefined =>
  className === null || classProbability === null ? undefined : `${className}, ${percent(classProbability)} likely`;

const reasonOf = ({ isCandidate, touchesBorder, reason }: ListedProposal): string =>
  [isCandidate && "missing?", touchesBorder && "cut by the border", reason].filter(Boolean).join(" · ");
