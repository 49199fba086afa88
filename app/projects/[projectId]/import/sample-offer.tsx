"use client";
import { Button, Group, Menu, Paper, Stack, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** Something to try before one's own data is at hand. */
export function SampleOffer({ projectId }: { projectId: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const create = useMutation(
    trpc.volume.createSample.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() }),
    }),
  );
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600}>No volume at hand?</Text>
            <Text size="sm" c="dimmed">
              A synthetic volume, made on this server: about a hundred packed, touching nuclei, 48 × 256 × 256 voxels of
              1 × 0.4 × 0.4 µm.
            </Text>
          </div>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={16} />} loading={create.isPending}>
                Try it with a sample
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => create.mutate({ projectId, labels: "none" })}>
                Image only, nothing labelled
              </Menu.Item>
              <Menu.Item onClick={() => create.mutate({ projectId, labels: "third" })}>
                With true labels of every third nucleus
              </Menu.Item>
              <Menu.Item onClick={() => create.mutate({ projectId, labels: "all" })}>With all true labels</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
        {create.error && <ProblemAlert problem={problemOfError(create.error)} />}
      </Stack>
    </Paper>
  );
}
