"use client";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import type { CommentActs, CommentThread } from "../../components/comments/comments-contract.ts";
import { CommentsPanel } from "../../components/comments/comments-panel.tsx";
import type { ShownComments } from "../../components/editor/editor-contract.ts";
import { hashOfView } from "../../components/editor/places/view-link.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { useReadAbout } from "../_notifications/use-read-about.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";
import { type Threads, useThreads } from "./use-comments.ts";

interface VolumeCommentsProps {
  readonly shown: ShownComments;
  /** Open ones: the pins of the panes are the same. */
  readonly open: Threads;
  readonly projectId: string;
  readonly volumeId: string;
  readonly userId: string;
  readonly role: Role;
}

/** Comments of a volume over the API. */
export function VolumeComments({ shown, open, projectId, volumeId, userId, role }: VolumeCommentsProps) {
  const { api } = shown;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [isResolved, setResolved] = useState(false);
  const members = useQuery(trpc.member.list.queryOptions({ projectId }));
  const reader = {
    userId,
    canWrite: hasRole(role, "annotator"),
    isOwner: hasRole(role, "owner"),
    members: members.data ?? [],
  };
  const acts = useMemo(() => actsOf(client, volumeId), [client, volumeId]);
  useReadAbout(shown.selectedId);
  const show = (thread: CommentThread) => {
    shown.onSelect(thread.id);
    if (thread.label !== null) api.select(thread.label);
    api.goTo(thread.placeZyx);
  };
  const panel = (threads: Threads) => (
    <CommentsPanel
      threads={threads}
      isResolved={isResolved}
      hasMore={threads.hasMore}
      reader={reader}
      acts={acts}
      selectedId={shown.selectedId}
      draft={shown.draft}
      hrefOf={({ id, placeZyx, label }) =>
        `${window.location.origin}/volumes/${volumeId}${hashOfView({ placeZyx, label, threadId: id })}`
      }
      problemOf={problemOfError}
      onResolved={setResolved}
      onMore={threads.more}
      onShow={show}
      onDraft={shown.onDraft}
      onDraftDone={shown.onDraftDone}
      onFailed={(error) => {
        const { what, hint } = problemOfError(error);
        api.notify({ tone: "error", text: [what, hint].filter(Boolean).join(" ") });
      }}
    />
  );
  return isResolved ? <Resolved volumeId={volumeId} render={panel} /> : panel(open);
}

/** Asked for when somebody wants to see them. */
function Resolved({ volumeId, render }: { volumeId: string; render(threads: Threads): ReactNode }) {
  return render(useThreads(volumeId, true));
}

const actsOf = ({ comment }: ReturnType<typeof useTRPCClient>, volumeId: string): CommentActs => ({
  begin: async ({ placeZyx: [z, y, x], label }, text) => {
    await comment.begin.mutate({ volumeId, placeZyx: [z, y, x], label, text });
  },
  reply: async (threadId, text) => {
    await comment.reply.mutate({ volumeId, threadId, text });
  },
  change: async (commentId, text) => {
    await comment.change.mutate({ volumeId, commentId, text });
  },
  delete: async (commentId) => {
    await comment.delete.mutate({ volumeId, commentId });
  },
  resolve: async (threadId, isResolved) => {
    await comment.resolve.mutate({ volumeId, threadId, isResolved });
  },
});
