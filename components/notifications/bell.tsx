import { ActionIcon, Group, Indicator, Popover, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface BellProps {
  readonly unread: number;
  readonly isOpen: boolean;
  readonly children: ReactNode;
  onOpen(isOpen: boolean): void;
  onReadAll(): void;
}

/** In every header: how much is unread, and the list of it. */
export function Bell({ unread, isOpen, children, onOpen, onReadAll }: BellProps) {
  return (
    <Indicator label={unread > 99 ? "99+" : unread} size={16} disabled={unread === 0} color="red.8">
      <Popover opened={isOpen} onChange={onOpen} position="bottom-end" width={380} shadow="md" trapFocus>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={unread === 0 ? "Notices" : `Notices, ${unread} unread`}
            onClick={() => onOpen(!isOpen)}
          >
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Group justify="space-between" mb={4}>
            <Text fw={600} size="sm">
              Notices
            </Text>
            {unread > 0 && (
              <UnstyledButton onClick={onReadAll}>
                <Text size="xs" td="underline">
                  Mark all read
                </Text>
              </UnstyledButton>
            )}
          </Group>
          <ScrollArea.Autosize mah={420}>{children}</ScrollArea.Autosize>
        </Popover.Dropdown>
      </Popover>
    </Indicator>
  );
}
