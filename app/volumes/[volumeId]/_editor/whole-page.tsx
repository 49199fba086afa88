import { Center, Container, Loader, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Words in the middle of an otherwise empty page. */
export function WholePage({ children }: { children: ReactNode }) {
  return (
    <Container size="xs" py={80}>
      {children}
    </Container>
  );
}

export function Waiting({ text }: { text: string }) {
  return (
    <Center mih="100dvh">
      <Stack align="center" gap="xs" role="status">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </Stack>
    </Center>
  );
}
