import { Anchor, Box, Button, Group, Stack, Text } from "@mantine/core";
import { type Notification, tellNotification } from "../../core/notifications/notification.ts";
import { momentWords } from "../ui/moment-words.ts";

export interface ShownNotification extends Notification {
  readonly id: string;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

interface NotificationListProps {
  readonly notifications: readonly ShownNotification[];
  readonly isBusy: boolean;
  onRead(id: string): void;
  /** Reads it, and then goes to its page. */
  onFollow(id: string, path: string): void;
  /** Joins the project of an invitation. */
  onJoin(invitationId: string): void;
}

export function NotificationList({ notifications, isBusy, onRead, onFollow, onJoin }: NotificationListProps) {
  return (
    <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {notifications.map((one) => {
        const { text, path } = tellNotification(one);
        const isUnread = one.readAt === null;
        return (
          <Box component="li" key={one.id} py={6}>
            <Group gap={8} wrap="nowrap" align="flex-start">
              <Box
                w={8}
                h={8}
                mt={6}
                flex="none"
                bdrs="50%"
                bg={isUnread ? "var(--mantine-primary-color-filled)" : undefined}
                role={isUnread ? "img" : undefined}
                aria-label={isUnread ? "Unread" : undefined}
              />
              <Stack gap={0} flex={1}>
                {one.facts.kind === "invitation" ? (
                  <Text size="sm">{text}</Text>
                ) : (
                  <Anchor
                    href={path}
                    size="sm"
                    c="inherit"
                    fw={isUnread ? 600 : 400}
                    onClick={(event) => {
                      if (!isUnread || event.ctrlKey || event.metaKey || event.shiftKey) return;
                      event.preventDefault();
                      onFollow(one.id, path);
                    }}
                  >
                    {text}
                  </Anchor>
                )}
                <Text size="xs" c="dimmed">
                  {momentWords(one.createdAt.getTime())}
                </Text>
              </Stack>
              {one.facts.kind === "invitation" ? (
                <Button size="compact-xs" disabled={isBusy} onClick={() => onJoin(one.subject)}>
                  Join
                </Button>
              ) : (
                isUnread && (
                  <Button size="compact-xs" variant="subtle" disabled={isBusy} onClick={() => onRead(one.id)}>
                    Mark read
                  </Button>
                )
              )}
            </Group>
          </Box>
        );
      })}
    </Stack>
  );
}
