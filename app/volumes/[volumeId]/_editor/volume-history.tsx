"use client";
import { Button, Loader, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { EditorApi, NucleusRow } from "../../../../components/editor/editor-contract.ts";
import { useObservable } from "../../../../components/editor/use-observable.ts";
import { type HistoryQuestion, wholeHistory } from "../../../../components/history/history-filter.tsx";
import styles from "../../../../components/history/history-panel.module.css";
import { HistoryPanel } from "../../../../components/history/history-panel.tsx";
import { momentWords, wordsOfLine } from "../../../../components/history/history-words.ts";
import { BringBackCard, TakeBackCard, type TakeBackPreview } from "../../../../components/history/preview-card.tsx";
import { type BringBack, bringBackAct, planBringBack } from "../../../../core/history/bring-back.ts";
import { type HistoryLine, joinPages, type RecordSpan, unionOf } from "../../../../core/history/history-line.ts";
import { isProblem } from "../../../../core/problem.ts";
import { isModerator, type Role } from "../../../../core/roles.ts";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../../../_trpc/trpc.ts";
import { loadedOf } from "./loaded-query.ts";
import { type OpenedThen, openLabelsThen } from "./open-labels-then.ts";

/** A page of few matches is followed by the next one until so many lines are there. */
const LINES_WANTED = 20;

interface VolumeHistoryProps {
  readonly volumeId: string;
  readonly userId: string;
  readonly role: Role;
  readonly api: EditorApi;
  readonly rows: readonly NucleusRow[];
  /** The nucleus whose history was asked for. */
  readonly asked: { readonly label: number } | null;
}

type Side = "before" | "after";

type Pending =
  | {
      readonly kind: "take-back";
      readonly preview: TakeBackPreview;
      readonly ids: readonly string[];
      readonly decided: readonly number[];
    }
  | { readonly kind: "bring-back"; readonly plan: BringBack; readonly moment: string };

/** The history of the open volume: its lines, the labels as they were, and bringing things back. */
export function VolumeHistory(props: VolumeHistoryProps) {
  const { volumeId, api, role, userId } = props;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [question, setQuestion] = useState<HistoryQuestion>(wholeHistory);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [pending, setPending] = useState<Pending | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const selectedLabel = useObservable(api.view, (view) => view.selectedLabel);
  const canonical = selectedLabel === 0 ? 0 : api.document.canonicalLabel(selectedLabel);
  const { asked } = props;
  /** Where the nucleus is or was that is asked for; of one that is deleted, what the lines before said. */
  const [place, setPlace] = useState<VoxelBox | null>(null);
  const shown = useRef<{ rows: readonly NucleusRow[]; lines: readonly HistoryLine[] }>({ rows: [], lines: [] });
  const askFor = useCallback((label: number | null): void => {
    const { rows, lines } = shown.current;
    const boxes = [
      ...rows.filter((row) => row.label === label).map((row) => row.box),
      ...lines.filter((line) => label !== null && line.labels.includes(label)).map((line) => line.box),
    ];
    setPlace(boxes.reduce<VoxelBox | null>(unionOf, null));
    setQuestion((before) => ({ ...before, nucleus: label }));
  }, []);
  useEffect(() => {
    if (asked) askFor(api.document.canonicalLabel(asked.label));
  }, [asked, api, askFor]);

  const { nucleus } = question;
  const filter = useMemo(
    () => ({
      ...(nucleus !== null && {
        nucleus: { labels: api.document.membersOf(nucleus).slice(0, 50), box: copyOf(place) },
      }),
      ...(question.userId !== null && { userId: question.userId }),
      ...(question.from !== "" && { from: new Date(question.from) }),
      ...(question.until !== "" && { until: new Date(question.until) }),
    }),
    [nucleus, place, question, api],
  );
  const log = useInfiniteQuery(
    trpc.history.page.infiniteQueryOptions(
      { volumeId, filter },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData, refetchOnMount: "always" },
    ),
  );
  const people = useQuery(trpc.history.people.queryOptions({ volumeId }));
  const settings = useQuery(trpc.history.kept.queryOptions({ volumeId }));
  const nuclei = useQuery({ ...trpc.nucleus.list.queryOptions({ volumeId }), enabled: false });
  const pages = log.data?.pages;
  const lines = useMemo(() => pages && joinPages(pages.map((page) => page.lines)), [pages]);
  shown.current = { rows: props.rows, lines: lines ?? [] };
  const names = useMemo(
    () =>
      new Map(
        [...(people.data ?? []), ...(pages ?? []).flatMap((page) => page.people)].map((one) => [one.id, one.name]),
      ),
    [people.data, pages],
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetching } = log;
  useEffect(() => {
    if (lines && lines.length < LINES_WANTED && hasNextPage && !isFetching) void fetchNextPage();
  }, [lines, hasNextPage, isFetching, fetchNextPage]);
  useEffect(() => () => api.showPast(null), [api]);

  const nameOf = (id: string): string => names.get(id) ?? "a deleted account";
  const selected = lines?.find(({ id }) => id === selectedId) ?? null;

  const during = async (words: string, work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(words);
    try {
      await work();
    } catch (error) {
      const problem = isProblem(error) ? error : problemOfError(error);
      api.notify({ tone: "error", text: [problem.what, problem.hint].filter(Boolean).join(" ") });
    } finally {
      setBusy(null);
    }
  };

  const momentOf = (line: HistoryLine, side: Side): string => `${side} ${nameOf(line.userId)} ${wordsOfLine(line)}`;
  const positionOf = (line: HistoryLine, side: Side): number =>
    side === "before" ? line.firstPosition - 1 : line.lastPosition;
  const openThen = (line: HistoryLine, side: Side): Promise<OpenedThen> =>
    openLabelsThen({ volumeId, space: api.document, position: positionOf(line, side) });

  const show = (line: HistoryLine, side: Side): Promise<void> =>
    during("Opening the labels as they were…", async () => {
      const then = await openThen(line, side);
      const at = lines?.findIndex(({ id }) => id === line.id) ?? -1;
      const step = (by: number) => {
        const next = lines?.[at + by];
        return next
          ? () => {
              setSelectedId(next.id);
              void show(next, side);
            }
          : null;
      };
      api.showPast({
        source: then.bricks,
        nuclei: then.nuclei,
        words: momentOf(line, side),
        atMs: side === "before" ? line.firstAtMs : line.lastAtMs,
        earlier: step(1),
        later: step(-1),
      });
    });

  const select = (line: HistoryLine): void => {
    setSelectedId(line.id);
    setPending(null);
    if (line.labelCount === 1) api.select(line.labels[0]);
    if (line.box) api.flyToBox(line.box);
  };

  const previewTakeBack = (
    choice: { spans: RecordSpan[] } | { userId: string; from: Date; until: Date },
  ): Promise<void> =>
    during("Looking what would change…", async () => {
      const found = await client.history.previewUndo.query({ volumeId, choice });
      const isOwn = found.userIds.every((id) => id === userId);
      setPending({
        kind: "take-back",
        ids: found.ids,
        decided: found.decided,
        preview: {
          ...found,
          records: found.ids.length,
          people: found.userIds.map(nameOf),
          objection:
            isOwn || isModerator(role) ? null : "Only reviewers and owners of the project take back what others did.",
        },
      });
    });

  const previewBringBack = (label: number, line: HistoryLine, side: Side): Promise<void> =>
    during("Looking what would change…", async () => {
      const then = await openThen(line, side);
      const boxes = [
        line.box,
        nucleus === null ? null : place,
        props.rows.find((row) => row.label === label)?.box,
      ].filter((one) => one != null);
      const plan = await planBringBack(api.document, then, { label, boxes });
      setPending({ kind: "bring-back", plan, moment: momentOf(line, side) });
    });

  /** Back to now; the list has the own act in it as soon as the server has it, and so has what is told `afterwards`. */
  const finish = (afterwards: () => Promise<void> = async () => {}): void => {
    setPending(null);
    api.showPast(null);
    const { document } = api;
    const stop = document.subscribe(() => {
      if (document.saveState.kind !== "saved") return;
      stop();
      void during("Reading the history…", async () => {
        await afterwards();
        await log.refetch();
      });
    });
  };
  const takeBack = ({ ids, preview, decided }: Extract<Pending, { kind: "take-back" }>): Promise<void> =>
    during("Taking it back…", async () => {
      api.document.takeBack(`take back ${preview.records === 1 ? "an act" : `${preview.records} acts`}`, ids);
      finish(async () => {
        for (const labelValue of decided) await client.queue.undoDecision.mutate({ volumeId, labelValue });
      });
    });
  const bringBack = (plan: BringBack, choice: { readonly withoutAdded: boolean }): Promise<void> =>
    during("Bringing it back…", async () => {
      const act = bringBackAct(plan, choice);
      if (act) await api.document.commit(act);
      api.select(plan.label);
      finish();
    });

  const canEdit = api.document.canEdit;
  const target = nucleus ?? (selected?.labelCount === 1 ? selected.labels[0] : canonical);
  const spanOf = (): { userId: string; from: Date; until: Date } | null =>
    question.userId !== null && question.from !== ""
      ? {
          userId: question.userId,
          from: new Date(question.from),
          until: question.until === "" ? new Date() : new Date(question.until),
        }
      : null;
  const span = spanOf();
  return (
    <HistoryPanel
      lines={loadedOf(log, lines)}
      names={names}
      people={people.data ?? []}
      question={question}
      selectedLabel={canonical}
      selectedId={selectedId}
      nowMs={Date.now()}
      hasEarlier={hasNextPage}
      isLoadingEarlier={isFetchingNextPage}
      reachedAtMs={pages?.at(-1)?.reachedAtMs ?? null}
      isBehind={nuclei.dataUpdatedAt > log.dataUpdatedAt && !isFetching}
      historyDays={settings.data?.days ?? null}
      onQuestion={(next) => {
        setPending(null);
        setQuestion(next);
        if (next.nucleus !== nucleus) askFor(next.nucleus);
      }}
      onSelect={select}
      onEarlier={() => void fetchNextPage()}
      onRefresh={() => void log.refetch()}
      actions={
        pending?.kind === "take-back" ? (
          <TakeBackCard
            preview={pending.preview}
            onConfirm={() => void takeBack(pending)}
            onClose={() => setPending(null)}
          />
        ) : pending ? (
          <BringBackCard
            plan={pending.plan}
            moment={pending.moment}
            onConfirm={(choice) => void bringBack(pending.plan, choice)}
            onClose={() => setPending(null)}
          />
        ) : busy ? (
          <div className={styles.actions} role="status">
            <Loader size="xs" />
            <Text size="xs">{busy}</Text>
          </div>
        ) : (
          <>
            {span && (
              <div className={styles.actions}>
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={!canEdit}
                  onClick={() => void previewTakeBack(span)}
                >
                  Take back what {nameOf(span.userId)} did from {momentWords(span.from.getTime())}
                  {question.until === "" ? " on" : ` to ${momentWords(span.until.getTime())}`}…
                </Button>
              </div>
            )}
            {selected && (
              <div className={styles.actions}>
                <Button size="compact-xs" variant="default" onClick={() => void show(selected, "before")}>
                  Look: before
                </Button>
                <Button size="compact-xs" variant="default" onClick={() => void show(selected, "after")}>
                  Look: after
                </Button>
                {selected.turn === "do" && selected.undone < selected.records && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={!canEdit}
                    onClick={() => void previewTakeBack({ spans: [...selected.spans] })}
                  >
                    Take this back…
                  </Button>
                )}
                {target !== 0 && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={!canEdit}
                    onClick={() => void previewBringBack(target, selected, "before")}
                  >
                    Nucleus {target} as before this…
                  </Button>
                )}
                {target !== 0 && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={!canEdit}
                    onClick={() => void previewBringBack(target, selected, "after")}
                  >
                    …as after this
                  </Button>
                )}
              </div>
            )}
          </>
        )
      }
    />
  );
}

type Corners = { minZyx: [number, number, number]; maxZyx: [number, number, number] };

const copyOf = (box: VoxelBox | null): Corners | null => box && { minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] };
