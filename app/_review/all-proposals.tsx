"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Review } from "../../components/review/open-review.ts";
import { ProposalList } from "../../components/review/proposal-list.tsx";
import type { ProposalFilter } from "../../components/review/proposal-order.ts";
import { proposedClassOf } from "../../core/classes/proposed-class.ts";
import { type ListedProposal, proposalsOf } from "../../core/labels/proposal-columns.ts";
import { Problem } from "../../core/problem.ts";
import { SURE_CLASS } from "../../core/query/class-doubt.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

interface AllProposalsProps {
  readonly review: Review;
  readonly volumeId: string;
  readonly canDecide: boolean;
  readonly firstKind: ProposalFilter["kind"];
}

/** The open proposals of a volume over the API. Decisions of others are patched in, so that nothing is asked for again. */
export function AllProposals({ review, volumeId, canDecide, firstKind }: AllProposalsProps) {
  const { api, session } = review;
  const trpc = useTRPC();
  const current = useQuery(trpc.proposal.current.queryOptions({ volumeId }));
  const list = useQuery(trpc.proposal.list.queryOptions({ volumeId }));
  const rows = useMemo(() => list.data && proposalsOf(list.data), [list.data]);
  const predictionId = current.data?.id;
  const shownLabel = useSyncExternalStore(
    api.view.subscribe,
    () => api.view.get().selectedProposal,
    () => 0,
  );
  const complain = useCallback(
    (error: unknown) => {
      const { what, hint } = problemOfError(error);
      api.notify({ tone: "warning", text: [what, hint].filter(Boolean).join(" ") });
    },
    [api],
  );
  const show = useCallback(
    (row: ListedProposal) => {
      session.release();
      api.goToProposal(row.labelValue).catch(complain);
    },
    [api, session, complain],
  );
  const isDoneWith = useCallback((label: number) => api.document.fieldsOf(label).status !== "corrected", [api]);
  const [voxelZ, voxelY, voxelX] = api.document.voxelSizeZyx;
  const failure = list.error ?? current.error;
  return (
    <ProposalList
      proposals={{
        data: predictionId === undefined ? undefined : rows,
        problem: failure ? new Problem(problemOfError(failure)) : null,
        retry: () => void Promise.all([list.refetch(), current.refetch()]),
      }}
      voxelUm3={voxelZ * voxelY * voxelX}
      shownLabel={shownLabel}
      canDecide={canDecide}
      firstKind={firstKind}
      onShow={show}
      isDoneWith={isDoneWith}
      accept={async (chosen, signal) => {
        try {
          session.release();
          const { taken, planted } = await api.acceptSeveral(
            chosen.map(({ labelValue, minZyx, maxZyx, className, classProbability }) => ({
              id: `${predictionId}/${labelValue}`,
              label: labelValue,
              box: { minZyx, maxZyx },
              proposedClass:
                (classProbability ?? 0) >= SURE_CLASS ? proposedClassOf(className, classProbability) : null,
            })),
            signal,
          );
          api.notify({ tone: "info", text: acceptedWords(taken, chosen.length - taken - planted, planted) });
        } catch (error) {
          if (!signal.aborted) complain(error);
        }
      }}
    />
  );
}

const acceptedWords = (taken: number, full: number, planted: number): string =>
  [
    `${taken} ${taken === 1 ? "nucleus" : "nuclei"} accepted.`,
    full > 0 && `${full} stayed open: every voxel there belongs to a nucleus already.`,
    planted > 0 &&
      `${planted} ${planted === 1 ? "was" : "were"} planted, wrong on purpose, and ${planted === 1 ? "is" : "are"} not taken.`,
  ]
    .filter(Boolean)
    .join(" ");
