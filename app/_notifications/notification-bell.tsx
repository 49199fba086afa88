"use client";
import { Anchor, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { Bell } from "../../components/notifications/bell.tsx";
import { NotificationList } from "../../components/notifications/notification-list.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useNotifications } from "./use-notifications.ts";

/** As many as fit; the page My work has all of them. */
const SHOWN = 30;

/** The bell over the API; the page's stream of events keeps it fresh. */
export function NotificationBell() {
  const [isOpen, setOpen] = useState(false);
  const { list, read, follow, join } = useNotifications();
  const unread = list.data?.filter(({ readAt }) => readAt === null).length ?? 0;
  const error = list.error ?? read.error ?? join.error;
  return (
    <Bell unread={unread} isOpen={isOpen} onOpen={setOpen} onReadAll={() => read.mutate({})}>
      {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton h={60} />}
      {list.data?.length === 0 && (
        <Text size="sm" c="dimmed" py="sm">
          Nothing yet. Mentions, tasks, invitations and finished trainings are told here.
        </Text>
      )}
      {list.data && (
        <NotificationList
          notifications={list.data.slice(0, SHOWN)}
          isBusy={read.isPending || join.isPending}
          onRead={(id) => read.mutate({ ids: [id] })}
          onFollow={follow}
          onJoin={(invitationId) => join.mutate({ invitationId })}
        />
      )}
      {(list.data?.length ?? 0) > SHOWN && (
        <Anchor href="/work" size="sm">
          All of them, on My work
        </Anchor>
      )}
    </Bell>
  );
}
