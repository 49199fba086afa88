"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useCallback, useEffect, useRef } from "react";
import type { ServerEvent } from "../../server/index.ts";
import { patchNuclei } from "./nucleus-cache.ts";
import { patchProposals } from "./proposal-cache.ts";
import { patchReviewHolders } from "./review-cache.ts";
import { isStaleBy } from "./topic-queries.ts";
import { patchTraining } from "./training-cache.ts";
import { useTRPC } from "./trpc.ts";

/** Strokes come many a second: gather what they make stale before asking again. */
const GATHER_MS = 250;
const RETRY_MS = 2000;

/**
 * Keeps what the page shows of a project fresh: one stream for all topics. After a broken stream everything shown is
 * asked for again, as events may have been missed. Returns whether the stream is up.
 * With a volume, its list of nuclei is told and how many there are in each volume is not; without one, only that. What was
 * not told is asked for when a page shows it (`refetchOnMount`).
 */
export function useProjectEvents(
  shown: { readonly projectId: string; readonly volumeId?: string },
  onEvent?: (event: ServerEvent) => void,
): { connected: boolean } {
  const trpc = useTRPC();
  const onData = useGathered(onEvent);
  return useKeptOpen(useSubscription(trpc.event.ofProject.subscriptionOptions(shown, { onData })));
}

/** The same for pages that show no project: settings and the engine. */
export function useInstallationEvents(): { connected: boolean } {
  const trpc = useTRPC();
  const onData = useGathered();
  return useKeptOpen(useSubscription(trpc.event.ofInstallation.subscriptionOptions(undefined, { onData })));
}

function useGathered(onEvent?: (event: ServerEvent) => void): (event: ServerEvent) => void {
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  const waiting = useRef<ServerEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return useCallback(
    (event: ServerEvent) => {
      onEvent?.(event);
      if (event.topic === "nuclei")
        patchNuclei(
          queryClient,
          {
            list: (volumeId) => trpc.nucleus.list.queryKey({ volumeId }),
            counts: (projectId) => trpc.nucleus.counts.queryKey({ projectId }),
          },
          event,
        );
      if (event.topic === "proposals")
        patchProposals(queryClient, (volumeId) => trpc.proposal.list.queryKey({ volumeId }), event);
      if (event.topic === "review")
        patchReviewHolders(queryClient, (volumeId) => trpc.review.state.queryKey({ volumeId }), event);
      if (event.topic === "training")
        patchTraining(
          queryClient,
          {
            state: (projectId) => trpc.training.state.queryKey({ projectId }),
            activity: (projectId) => trpc.training.activity.queryKey({ projectId }),
            metrics: (projectId, jobId) => trpc.training.metrics.queryKey({ projectId, jobId }),
          },
          event,
        );
      waiting.current.push(event);
      timer.current ??= setTimeout(() => {
        const events = waiting.current;
        waiting.current = [];
        timer.current = null;
        void queryClient.invalidateQueries({
          predicate: ({ queryKey }) => events.some((one) => isStaleBy(one, queryKey)),
        });
      }, GATHER_MS);
    },
    [queryClient, onEvent, trpc],
  );
}

interface Stream {
  readonly status: string;
  readonly error: { readonly data?: { readonly code: string } | null } | null;
  reset(): void;
}

function useKeptOpen({ status, error, reset }: Stream): { connected: boolean } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const wasDown = useRef(false);
  const signedOut = error?.data?.code === "UNAUTHORIZED";
  // The session was ended elsewhere: whoever shows this page finds nobody signed in.
  useEffect(() => {
    if (signedOut) void queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() });
  }, [signedOut, queryClient, trpc]);
  // A browser opens a broken stream again by itself, but gives up on one that was answered with an error.
  useEffect(() => {
    if (status !== "error") return;
    const again = setTimeout(reset, RETRY_MS);
    return () => clearTimeout(again);
  }, [status, reset]);
  const connected = status === "pending";
  useEffect(() => {
    if (connected && wasDown.current) void queryClient.invalidateQueries();
    wasDown.current = !connected;
  }, [connected, queryClient]);
  return { connected };
}
