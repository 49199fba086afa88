import { Loader, NumberInput, Select, Text } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ListedProposal } from "../../core/labels/proposal-columns.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { AcceptSeveral } from "./accept-several.tsx";
import styles from "./proposal-list.module.css";
import { arrangeProposals, type ProposalFilter, type ProposalOrder, successorOf } from "./proposal-order.ts";
import { ProposalTable } from "./proposal-table.tsx";

interface ProposalListProps {
  readonly proposals: Loaded<readonly ListedProposal[]>;
  readonly voxelUm3: number;
  /** The one that keys act on; 0 = none. */
  readonly shownLabel: number;
  /** False for viewers. */
  readonly canDecide: boolean;
  readonly firstKind: ProposalFilter["kind"];
  onShow(row: ListedProposal): void;
  /** False where the person stays with the one they have answered, to correct it. */
  isDoneWith(labelValue: number): boolean;
  accept(rows: readonly ListedProposal[], signal: AbortSignal): Promise<void>;
}

/** All open proposals of the volume: sorted, filtered, gone through with the arrow keys, the surest accepted in one go. */
export function ProposalList(props: ProposalListProps) {
  const { proposals, firstKind } = props;
  const [filter, setFilter] = useState<ProposalFilter>({ kind: firstKind, maxDoubt: null });
  const [order, setOrder] = useState<ProposalOrder>({ key: "uncertainty", descending: false });
  const { data } = proposals;
  const rows = useMemo(() => arrangeProposals(data ?? [], filter, order), [data, filter, order]);
  useNextWhenGone(rows, props);

  if (!data)
    return proposals.problem ? (
      <ProblemAlert problem={proposals.problem} onRetry={proposals.retry} />
    ) : (
      <Loader size="sm" m="md" aria-label="Loading the proposals" />
    );
  return (
    <div className={styles.panel}>
      <div className={styles.filter}>
        <Select
          size="xs"
          flex={1}
          aria-label="Which proposals"
          allowDeselect={false}
          data={kindWords}
          value={filter.kind}
          onChange={(kind) => kind && setFilter({ ...filter, kind: kind as ProposalFilter["kind"] })}
        />
        <NumberInput
          size="xs"
          w={132}
          aria-label="Doubt at most, of 100"
          placeholder="any doubt"
          prefix="doubt ≤ "
          min={0}
          max={100}
          step={5}
          value={filter.maxDoubt === null ? "" : Math.round(filter.maxDoubt * 100)}
          onChange={(value) => setFilter({ ...filter, maxDoubt: typeof value === "number" ? value / 100 : null })}
        />
      </div>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed" p="sm" style={{ flex: 1 }}>
          {data.length === 0 ? "No proposal is open in this volume." : "No open proposal passes this filter."}
        </Text>
      ) : (
        <ProposalTable {...props} rows={rows} order={order} onOrder={setOrder} />
      )}
      <div className={styles.foot}>
        <Text size="xs" c="dimmed" role="status">
          {rows.length === data.length
            ? `${data.length.toLocaleString("en-US")} open`
            : `${rows.length.toLocaleString("en-US")} of ${data.length.toLocaleString("en-US")} open`}
          {proposals.problem && ". The list may be old: the server cannot be reached."}
        </Text>
        {props.canDecide && <AcceptSeveral rows={rows} accept={props.accept} />}
      </div>
    </div>
  );
}

const kindWords: { readonly value: ProposalFilter["kind"]; readonly label: string }[] = [
  { value: "all", label: "All proposals" },
  { value: "nucleus", label: "Nuclei" },
  { value: "candidate", label: "Places where one may be missing" },
  { value: "border", label: "Cut by the border" },
];

/** Who has answered one goes on with the one that takes its place. */
function useNextWhenGone(
  rows: readonly ListedProposal[],
  { shownLabel, onShow, isDoneWith }: Pick<ProposalListProps, "shownLabel" | "onShow" | "isDoneWith">,
): void {
  const shown = useRef<{ label: number; at: number } | null>(null);
  useEffect(() => {
    const at = shownLabel === 0 ? -1 : rows.findIndex(({ labelValue }) => labelValue === shownLabel);
    if (at >= 0) {
      shown.current = { label: shownLabel, at };
      return;
    }
    const before = shown.current;
    if (!before || shownLabel !== 0 || rows.some(({ labelValue }) => labelValue === before.label)) return;
    shown.current = null;
    const next = successorOf(before, rows, isDoneWith);
    if (next) onShow(next);
  }, [rows, shownLabel, onShow, isDoneWith]);
}
