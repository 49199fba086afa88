import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function PageTitle(props: { title: string; text?: string; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start">
      <Stack gap={2} maw={760}>
        <Title order={1} size="h2">
          {props.title}
        </Title>
        {props.text && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-line" }}>
            {props.text}
          </Text>
        )}
      </Stack>
      {props.action}
    </Group>
  );
}
