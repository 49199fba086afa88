import { Center, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Nothing here yet, why, and what to do next. */
export function EmptyState(props: { icon: ReactNode; title: string; text: string; children?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={440} px="md">
        <Text c="dimmed" component="span" aria-hidden>
          {props.icon}
        </Text>
        <Text fw={600}>{props.title}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {props.text}
        </Text>
        {props.children}
      </Stack>
    </Center>
  );
}
