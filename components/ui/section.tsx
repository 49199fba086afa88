import { Box, Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A framed part of a page: heading, a sentence, what can be done there, content. */
export function Section(props: { title: string; text?: string; action?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div>
            <Title order={2} size="h4">
              {props.title}
            </Title>
            {props.text && (
              <Text size="sm" c="dimmed">
                {props.text}
              </Text>
            )}
          </div>
          {/* The words give way, not what is done or stated beside them. */}
          {props.action && <Box flex="none">{props.action}</Box>}
        </Group>
        {props.children}
      </Stack>
    </Paper>
  );
}
