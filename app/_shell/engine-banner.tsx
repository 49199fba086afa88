"use client";
import { Alert, Box, Progress, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../_trpc/trpc.ts";

const ASK_AGAIN_MS = 3_000;

/** Says what is being fetched while native TensorFlow is set up. Nobody has to wait for it. */
export function EngineBanner() {
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.installation.engineStatus.queryOptions(),
    refetchInterval: (query) => (query.state.data?.state === "setting-up" ? ASK_AGAIN_MS : false),
  });
  if (data?.state !== "setting-up") return null;
  return (
    <Box px="md" pt="sm">
      <Alert
        color="blue"
        variant="light"
        icon={<IconInfoCircle aria-hidden />}
        title="Setting up the training engine"
        role="status"
      >
        <Text size="sm">{data.text} You can import, paint and invite people meanwhile.</Text>
        {data.progress !== null && (
          <Progress value={data.progress * 100} mt="xs" size="sm" aria-label="Progress of the set-up" />
        )}
      </Alert>
    </Box>
  );
}
