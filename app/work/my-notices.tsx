"use client";
import { Button, Skeleton, Text } from "@mantine/core";
import { NotificationList } from "../../components/notifications/notification-list.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { NOTIFICATION_DAYS } from "../../core/notifications/notification.ts";
import { useNotifications } from "../_notifications/use-notifications.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";

export function MyNotices() {
  const { list, read, follow, join } = useNotifications();
  const error = list.error ?? read.error ?? join.error;
  const hasUnread = list.data?.some(({ readAt }) => readAt === null);
  return (
    <Section
      title="Notices"
      text={`Mentions, invitations, tasks, nuclei sent back, finished trainings; kept for ${NOTIFICATION_DAYS} days.`}
      action={
        hasUnread && (
          <Button size="compact-sm" variant="default" loading={read.isPending} onClick={() => read.mutate({})}>
            Mark all read
          </Button>
        )
      }
    >
      {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton h={60} />}
      {list.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing yet.
        </Text>
      )}
      {list.data && (
        <NotificationList
          notifications={list.data}
          isBusy={read.isPending || join.isPending}
          onRead={(id) => read.mutate({ ids: [id] })}
          onFollow={follow}
          onJoin={(invitationId) => join.mutate({ invitationId })}
        />
      )}
    </Section>
  );
}
