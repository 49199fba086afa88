import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { CommentThread } from "../../components/comments/comments-contract.ts";
import type { Loaded } from "../../components/editor/editor-contract.ts";
import type { CommentPin } from "../../components/viewer/viewer-contract.ts";
import { Problem } from "../../core/problem.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** As many as the server gives at a time. */
const THREADS_AT_ONCE = 50;

export interface Threads extends Loaded<readonly CommentThread[]> {
  readonly hasMore: boolean;
  more(): void;
}

/** Conversations of a volume, the newest first, as far as somebody has asked for them. */
export function useThreads(volumeId: string, isResolved: boolean): Threads {
  const trpc = useTRPC();
  const list = useInfiniteQuery(
    trpc.comment.list.infiniteQueryOptions(
      { volumeId, isResolved },
      {
        initialCursor: null,
        getNextPageParam: (last) => (last.length < THREADS_AT_ONCE ? undefined : last.at(-1)?.createdAt),
      },
    ),
  );
  const data = useMemo(() => list.data?.pages.flat(), [list.data]);
  return {
    data,
    problem: list.error ? new Problem(problemOfError(list.error)) : null,
    retry: () => void list.refetch(),
    hasMore: list.hasNextPage,
    more: () => void list.fetchNextPage(),
  };
}

type Pin = Omit<CommentPin, "isSelected">;

export const pinsOf = (threads: readonly CommentThread[] | undefined): readonly Pin[] =>
  (threads ?? []).map(({ id, placeZyx }) => ({ id, voxelZyx: placeZyx }));
