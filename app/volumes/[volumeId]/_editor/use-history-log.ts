import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { EditorApi, NucleusRow } from "../../../../components/editor/editor-contract.ts";
import { type HistoryQuestion, wholeHistory } from "../../../../components/history/history-filter.tsx";
import { type HistoryLine, joinPages, maxLineLabels, unionOf } from "../../../../core/history/history-line.ts";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** A page of few matches is followed by the next one until so many lines are there. */
const LINES_WANTED = 20;

/** The lines of the history that somebody asked for, and what is known beside them. */
export function useHistoryLog(given: {
  readonly volumeId: string;
  readonly api: EditorApi;
  readonly rows: readonly NucleusRow[];
  /** The nucleus whose history was asked for; another object each time. */
  readonly asked: { readonly label: number } | null;
}) {
  const { volumeId, api, asked } = given;
  const trpc = useTRPC();
  const [question, setQuestion] = useState<HistoryQuestion>(wholeHistory);
  const current = useRef(question);
  /** Where the nucleus is or was that is asked for; of one that is deleted, what the lines before said. */
  const [place, setPlace] = useState<VoxelBox | null>(null);
  const shown = useRef<{ rows: readonly NucleusRow[]; lines: readonly HistoryLine[] }>({ rows: [], lines: [] });
  const ask = useCallback((next: (before: HistoryQuestion) => HistoryQuestion): void => {
    const before = current.current;
    current.current = next(before);
    if (current.current.nucleus !== before.nucleus) setPlace(placeOf(current.current.nucleus, shown.current));
    setQuestion(current.current);
  }, []);
  useEffect(() => {
    if (asked) ask((before) => ({ ...before, nucleus: api.document.canonicalLabel(asked.label) }));
  }, [asked, api, ask]);

  const { nucleus, userId, from, until } = question;
  const filter = useMemo(
    () => ({
      ...(nucleus !== null && {
        nucleus: { labels: api.document.membersOf(nucleus).slice(0, maxLineLabels), box: place && copyOf(place) },
      }),
      ...(userId !== null && { userId }),
      ...(from !== "" && { from: new Date(from) }),
      ...(until !== "" && { until: new Date(until) }),
    }),
    [nucleus, place, userId, from, until, api],
  );
  const log = useInfiniteQuery(
    trpc.history.page.infiniteQueryOptions(
      { volumeId, filter },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData, refetchOnMount: "always" },
    ),
  );
  const people = useQuery(trpc.history.people.queryOptions({ volumeId }));
  const kept = useQuery(trpc.history.kept.queryOptions({ volumeId }));
  const nuclei = useQuery({ ...trpc.nucleus.list.queryOptions({ volumeId }), enabled: false });
  const pages = log.data?.pages;
  const lines = useMemo(() => pages && joinPages(pages.map((page) => page.lines)), [pages]);
  shown.current = { rows: given.rows, lines: lines ?? [] };
  const names = useMemo(() => {
    const all = [...(people.data ?? []), ...(pages ?? []).flatMap((page) => page.people)];
    return new Map(all.map((one) => [one.id, one.name]));
  }, [people.data, pages]);
  const { hasNextPage, isFetching, fetchNextPage } = log;
  useEffect(() => {
    if (lines && lines.length < LINES_WANTED && hasNextPage && !isFetching) void fetchNextPage();
  }, [lines, hasNextPage, isFetching, fetchNextPage]);
  return {
    question,
    ask,
    place,
    log,
    lines,
    names,
    people: people.data ?? [],
    historyDays: kept.data?.days ?? null,
    reachedAtMs: pages?.at(-1)?.reachedAtMs ?? null,
    /** Something was done since the list was read. */
    isBehind: nuclei.dataUpdatedAt > log.dataUpdatedAt && !isFetching,
  };
}

const placeOf = (
  label: number | null,
  { rows, lines }: { readonly rows: readonly NucleusRow[]; readonly lines: readonly HistoryLine[] },
): VoxelBox | null =>
  label === null
    ? null
    : [
        ...rows.filter((row) => row.label === label).map((row) => row.box),
        ...lines.filter((line) => line.labels.includes(label)).map((line) => line.box),
      ].reduce<VoxelBox | null>(unionOf, null);

const copyOf = ({ minZyx, maxZyx }: VoxelBox) => ({
  minZyx: [...minZyx] as [number, number, number],
  maxZyx: [...maxZyx] as [number, number, number],
});
