import { Box, Center, Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

/** Pages that ask one thing: sign in, first account, invitation, reset. */
export function CenteredPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Box w="100%" maw={420}>
        <Stack gap="lg">
          <Brand size={28} />
          <Paper withBorder p="lg">
            <Stack>
              <Title order={1} size="h3">
                {title}
              </Title>
              {children}
            </Stack>
          </Paper>
        </Stack>
      </Box>
    </Center>
  );
}
