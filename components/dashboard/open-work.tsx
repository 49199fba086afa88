import { Text } from "@mantine/core";
import type { Loaded } from "../editor/editor-contract.ts";
import { nucleiHref, queueHref } from "../nuclei/nuclei-link.ts";
import type { OpenQuestions, ReviewedVolume, ShownVolume } from "./dashboard-contract.ts";
import { FigureCard } from "./figure-card.tsx";
import { VolumeTable } from "./volume-table.tsx";

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function Total({ value, words }: { value: number; words: string }) {
  return (
    <Text>
      <Text span fw={650} size="xl">
        {value.toLocaleString("en-US")}
      </Text>{" "}
      {words}
    </Text>
  );
}

/** What the model proposes and nobody has judged. */
export function QueueFigure({ queue }: { queue: Loaded<readonly OpenQuestions[]> }) {
  return (
    <FigureCard
      title="Queue left"
      text="Proposals that nobody has judged yet."
      loaded={queue}
      empty={(rows) => (rows.length === 0 ? "No question is open." : null)}
      csv={(rows) =>
        rows.length === 0
          ? null
          : {
              name: "queue-left",
              table: {
                columns: ["volume", "open_questions", "cut_by_border"],
                rows: rows.map(({ name, waiting, cutByBorder }) => [name, waiting, cutByBorder]),
              },
            }
      }
    >
      {(rows) => (
        <>
          <Total value={sum(rows.map(({ waiting }) => waiting))} words="questions are open" />
          <VolumeTable
            label="Queue left, by volume"
            columns={["open", "cut by the border"]}
            rows={rows.map((row) => ({
              ...row,
              cells: [
                { count: row.waiting, href: queueHref(row.volumeId), words: "open questions" },
                { count: row.cutByBorder, href: queueHref(row.volumeId), words: "cut by the border" },
              ],
            }))}
          />
        </>
      )}
    </FigureCard>
  );
}

const reviewColumns = [
  { key: "toReview", review: "waiting", name: "waiting" },
  { key: "sentBack", review: "sent-back", name: "sent back" },
  { key: "approved", review: "approved", name: "approved" },
] as const;

interface ReviewFigureProps {
  readonly reviews: Loaded<readonly ReviewedVolume[]>;
  readonly volumes: readonly ShownVolume[];
}

/** What a second person has to look at, and has looked at. */
export function ReviewFigure({ reviews, volumes }: ReviewFigureProps) {
  const nameOf = new Map(volumes.map(({ volumeId, name }) => [volumeId, name]));
  const known = (rows: readonly ReviewedVolume[]) =>
    rows.flatMap(({ volumeId, counts }) =>
      counts && counts.toReview + counts.sentBack + counts.approved > 0
        ? [{ volumeId, name: nameOf.get(volumeId) ?? "…", counts }]
        : [],
    );
  return (
    <FigureCard
      title="Reviews open"
      text="Accepted nuclei that a second person is asked about."
      loaded={reviews}
      empty={(rows) =>
        known(rows).length === 0
          ? "No second look is asked for, or nobody has given one. Owners choose under Settings which nuclei get one."
          : null
      }
      csv={(rows) =>
        known(rows).length === 0
          ? null
          : {
              name: "reviews",
              table: {
                columns: ["volume", "waiting", "sent_back", "approved"],
                rows: known(rows).map(({ name, counts }) => [name, ...reviewColumns.map(({ key }) => counts[key])]),
              },
            }
      }
    >
      {(rows) => (
        <>
          <Total value={sum(known(rows).map(({ counts }) => counts.toReview))} words="nuclei wait for a second look" />
          <VolumeTable
            label="Reviews, by volume"
            columns={reviewColumns.map(({ name }) => name)}
            rows={known(rows).map((one) => ({
              ...one,
              cells: reviewColumns.map(({ key, review, name }) => ({
                count: one.counts[key],
                href: nucleiHref(one.volumeId, { reviews: [review] }),
                words: name,
              })),
            }))}
          />
        </>
      )}
    </FigureCard>
  );
}
