"use client";
import { useEffect, useState } from "react";
import type { EditorApi, NucleusRow } from "../../../../components/editor/editor-contract.ts";
import { useObservable } from "../../../../components/editor/use-observable.ts";
import { HistoryActions, type PersonsTime, type Side } from "../../../../components/history/history-actions.tsx";
import { HistoryPanel } from "../../../../components/history/history-panel.tsx";
import { wordsOfLine } from "../../../../components/history/history-words.ts";
import { BringBackCard, TakeBackCard, type TakeBackPreview } from "../../../../components/history/preview-card.tsx";
import { type BringBack, bringBackAct, planBringBack } from "../../../../core/history/bring-back.ts";
import type { HistoryLine, RecordSpan } from "../../../../core/history/history-line.ts";
import { isProblem } from "../../../../core/problem.ts";
import { isModerator, type Role } from "../../../../core/roles.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../../_trpc/trpc.ts";
import { loadedOf } from "./loaded-query.ts";
import { type OpenedThen, openLabelsThen } from "./open-labels-then.ts";
import { useHistoryLog } from "./use-history-log.ts";

interface VolumeHistoryProps {
  readonly volumeId: string;
  readonly userId: string;
  readonly role: Role;
  readonly api: EditorApi;
  readonly rows: readonly NucleusRow[];
  /** The nucleus whose history was asked for; another object each time. */
  readonly asked: { readonly label: number } | null;
}

interface TakingBack {
  readonly kind: "take-back";
  readonly preview: TakeBackPreview;
  readonly ids: readonly string[];
  /** Proposals that are open again, by their labels. */
  readonly decided: readonly number[];
}

type Pending = TakingBack | { readonly kind: "bring-back"; readonly plan: BringBack; readonly moment: string };
type Choice = { spans: RecordSpan[] } | { userId: string; from: Date; until: Date };

/** The history of the open volume: its lines, the labels as they were, and bringing things back. */
export function VolumeHistory(props: VolumeHistoryProps) {
  const { volumeId, api, role, userId, rows } = props;
  const client = useTRPCClient();
  const { question, ask, place, log, lines, names, people, ...known } = useHistoryLog(props);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [pending, setPending] = useState<Pending | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const selectedLabel = useObservable(api.view, (view) => view.selectedLabel);
  const { document } = api;
  const canonical = selectedLabel === 0 ? 0 : document.canonicalLabel(selectedLabel);
  const selected = lines?.find(({ id }) => id === selectedId) ?? null;
  const nameOf = (id: string): string => names.get(id) ?? "a deleted account";
  useEffect(() => () => api.showPast(null), [api]);

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

  const momentOf = (line: HistoryLine, side: Side): string =>
    `${side} ${nameOf(line.userId)} ${wordsOfLine(line, api.nameOf)}`;
  const openAt = (position: number): Promise<OpenedThen> => openLabelsThen({ volumeId, space: document, position });
  const openThen = (line: HistoryLine, side: Side): Promise<OpenedThen> =>
    openAt(side === "before" ? line.firstPosition - 1 : line.lastPosition);

  const look = (line: HistoryLine, side: Side): Promise<void> =>
    during("Opening the labels as they were…", async () => {
      const then = await openThen(line, side);
      const at = lines?.findIndex(({ id }) => id === line.id) ?? -1;
      const step = (by: 1 | -1) => {
        const next = at < 0 ? undefined : lines?.[at + by];
        return next
          ? () => {
              setSelectedId(next.id);
              void look(next, side);
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

  const lookAt = (time: Date): Promise<void> =>
    during("Opening the labels as they were…", async () => {
      const { position } = await client.history.moment.query({ volumeId, at: time });
      const then = await openAt(position);
      const before = lines?.find((line) => line.lastPosition <= position);
      api.showPast({
        source: then.bricks,
        nuclei: then.nuclei,
        words: "all that was saved by then",
        atMs: time.getTime(),
        earlier: before
          ? () => {
              setSelectedId(before.id);
              void look(before, "before");
            }
          : null,
        later: null,
      });
    });

  const select = (line: HistoryLine): void => {
    setSelectedId(line.id);
    setPending(null);
    if (line.labelCount === 1) api.select(line.labels[0]);
    if (line.box) api.flyToBox(line.box);
  };

  const previewTakeBack = (choice: Choice): Promise<void> =>
    during("Looking what would change…", async () => {
      const found = await client.history.previewUndo.query({ volumeId, choice });
      const isOwn = found.userIds.every((id) => id === userId);
      const preview = {
        ...found,
        records: found.ids.length,
        people: found.userIds.map(nameOf),
        objection:
          isOwn || isModerator(role) ? null : "Only reviewers and owners of the project take back what others did.",
      };
      setPending({ kind: "take-back", ids: found.ids, decided: found.decided, preview });
    });

  const previewBringBack = (label: number, line: HistoryLine, side: Side): Promise<void> =>
    during("Looking what would change…", async () => {
      const then = await openThen(line, side);
      const boxes = [line.box, nucleus === null ? null : place, rows.find((row) => row.label === label)?.box];
      const plan = await planBringBack(document, then, { label, boxes: boxes.filter((box) => box != null) });
      setPending({ kind: "bring-back", plan, moment: momentOf(line, side) });
    });

  /** Back to now; the list has the own act in it as soon as the server has it, and so has what is told `afterwards`. */
  const finish = (afterwards: () => Promise<void> = async () => {}): void => {
    setPending(null);
    api.showPast(null);
    const stop = document.subscribe(() => {
      if (document.saveState.kind !== "saved") return;
      stop();
      void during("Reading the history…", async () => {
        await afterwards();
        await log.refetch();
      });
    });
  };
  const takeBack = ({ ids, preview, decided }: TakingBack): Promise<void> =>
    during("Taking it back…", async () => {
      document.takeBack(`take back ${preview.records === 1 ? "an act" : `${preview.records} acts`}`, ids);
      finish(async () => {
        for (const labelValue of decided) await client.queue.undoDecision.mutate({ volumeId, labelValue });
      });
    });
  const bringBack = (plan: BringBack, choice: { readonly withoutAdded: boolean }): Promise<void> =>
    during("Bringing it back…", async () => {
      const act = bringBackAct(plan, choice);
      if (act) await document.commit(act);
      api.select(plan.label);
      finish();
    });

  const { nucleus } = question;
  // Of a line that names no nucleus, or several, the selected one is not meant by chance.
  const target =
    nucleus ?? (selected?.labelCount === 1 ? selected.labels[0] : selected?.labels.includes(canonical) ? canonical : 0);
  const time: PersonsTime | null =
    question.userId !== null && question.from !== ""
      ? {
          userId: question.userId,
          name: nameOf(question.userId),
          from: new Date(question.from),
          until: question.until === "" ? null : new Date(question.until),
        }
      : null;
  return (
    <HistoryPanel
      {...known}
      lines={loadedOf(log, lines)}
      names={names}
      people={people}
      question={question}
      selectedLabel={canonical}
      selectedId={selectedId}
      nowMs={Date.now()}
      hasEarlier={log.hasNextPage}
      isLoadingEarlier={log.isFetchingNextPage}
      onQuestion={(next) => {
        setPending(null);
        ask(() => next);
      }}
      onSelect={select}
      onEarlier={() => void log.fetchNextPage()}
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
        ) : (
          <HistoryActions
            busy={busy}
            canEdit={document.canEdit}
            selected={selected}
            nucleus={target}
            time={time}
            until={question.until === "" ? null : new Date(question.until)}
            onLookAt={(at) => void lookAt(at)}
            onLook={(line, side) => void look(line, side)}
            onTakeBack={(line) => void previewTakeBack({ spans: [...line.spans] })}
            onTakeBackTime={({ userId: who, from, until }) =>
              void previewTakeBack({ userId: who, from, until: until ?? new Date() })
            }
            onBringBack={(line, side) => void previewBringBack(target, line, side)}
          />
        )
      }
    />
  );
}
