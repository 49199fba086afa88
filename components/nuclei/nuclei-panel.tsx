import { Center, Loader, Stack, Text, TextInput } from "@mantine/core";
import { IconCircleDotted, IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { LabelStatus } from "../../core/labels/label-status.ts";
import type { ReviewState } from "../../core/review/review-state.ts";
import type { Loaded, NucleusRow } from "../editor/editor-contract.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { useShownKey, withKey } from "../ui/shown-keys.tsx";
import { everyNucleus } from "./nuclei-link.ts";
import styles from "./nuclei-panel.module.css";
import { NucleiTable } from "./nuclei-table.tsx";
import { arrangeNuclei, type NucleusFilter, type NucleusOrder } from "./nucleus-order.ts";
import { StatusFilter } from "./status-filter.tsx";

export interface NucleiPanelProps {
  readonly nuclei: Loaded<readonly NucleusRow[]>;
  readonly selectedLabel: LabelValue;
  readonly colorOf: (label: LabelValue) => string;
  readonly canEdit: boolean;
  /** What is shown at first: an address may ask for it. */
  readonly firstFilter?: NucleusFilter;
  /** Of this page, and too new for the server's list: shown in it. */
  readonly own: readonly NucleusRow[];
  onSelect(row: NucleusRow): void;
}

/** All nuclei of the volume, not only the loaded part: counted by the server. */
export function NucleiPanel(props: NucleiPanelProps) {
  const [first] = useState(props.firstFilter ?? everyNucleus);
  const [text, setText] = useState(first.text);
  const [statuses, setStatuses] = useState<readonly LabelStatus[]>(first.statuses);
  const [reviews, setReviews] = useState<readonly ReviewState[]>(first.reviews);
  const [order, setOrder] = useState<NucleusOrder>({ key: "changedAt", descending: true });
  const shownKey = useShownKey();
  const { problem, retry } = props.nuclei;
  const { own } = props;
  const listed = props.nuclei.data;
  const data = useMemo(() => (listed && own.length > 0 ? [...listed, ...own] : listed), [listed, own]);
  const rows = useMemo(
    () => arrangeNuclei(data ?? [], { text, statuses, reviews }, order),
    [data, text, statuses, reviews, order],
  );
  const isReviewed = useMemo(() => data?.some(({ review }) => review !== "none") ?? false, [data]);

  if (!data)
    return problem ? (
      <div style={{ padding: 10 }}>
        <ProblemAlert problem={problem} onRetry={retry} />
      </div>
    ) : (
      <Center py="xl">
        <Stack align="center" gap="xs" role="status">
          <Loader size="sm" />
          <Text size="xs" c="dimmed">
            Counting nuclei…
          </Text>
        </Stack>
      </Center>
    );
  if (data.length === 0)
    return (
      <div className={styles.panel}>
        <div style={{ flex: 1 }}>
          <EmptyState
            icon={<IconCircleDotted size={32} stroke={1.4} />}
            title="No nuclei yet"
            text={
              props.canEdit
                ? `${withKey("Take the brush", shownKey("tool.brush"))} and paint over a nucleus, or ${withKey("the 3D fill", shownKey("tool.threshold"))} and click inside a bright one. ${withKey("A new nucleus", shownKey("nucleus.new"))} begins with the next stroke. Ten to twenty are enough for a first training.`
                : "Nobody has labelled a nucleus in this volume yet."
            }
          />
        </div>
        <div className={styles.foot}>{countWords(0)}</div>
      </div>
    );
  return (
    <div className={styles.panel}>
      <div className={styles.filter}>
        <TextInput
          id="nuclei-filter"
          size="xs"
          flex={1}
          aria-label="Filter nuclei"
          placeholder="Number, class or person  ( / )"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <StatusFilter
          statuses={statuses}
          onChange={setStatuses}
          reviews={isReviewed || reviews.length > 0 ? reviews : null}
          onReviews={setReviews}
        />
      </div>
      <NucleiTable {...props} rows={rows} isReviewed={isReviewed} order={order} onOrder={setOrder} />
      <div className={styles.foot} role="status">
        {problem
          ? "The list may be old: the server cannot be reached."
          : rows.length === data.length
            ? countWords(data.length)
            : `${rows.length.toLocaleString("en-US")} of ${countWords(data.length)}`}
      </div>
    </div>
  );
}

const countWords = (count: number): string => `${count.toLocaleString("en-US")} ${count === 1 ? "nucleus" : "nuclei"}`;
