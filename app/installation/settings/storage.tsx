"use client";
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { StorageUsageView } from "../../../components/storage/storage-usage-view.tsx";
import { ProblemAlert } from "../../../components/ui/problem-alert.tsx";
import { Section } from "../../../components/ui/section.tsx";
import { problemOfError } from "../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../_trpc/trpc.ts";

const ASK_AGAIN_MS = 1_000;

export function Storage() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const storage = useQuery({
    ...trpc.installation.storage.queryOptions(),
    refetchInterval: (query) => (query.state.data?.measuring ? ASK_AGAIN_MS : false),
  });
  const measure = useMutation(
    trpc.installation.measureStorage.mutationOptions({
      onSuccess: (reading) => queryClient.setQueryData(trpc.installation.storage.queryKey(), reading),
    }),
  );
  const error = storage.error ?? measure.error;
  return (
    <Section
      title="What takes the disk"
      text="Sizes of what is kept. They are measured beside the server, at most every ten minutes unless you ask."
      action={
        <Button
          size="xs"
          variant="default"
          loading={measure.isPending || storage.data?.measuring}
          onClick={() => measure.mutate()}
        >
          Measure again
        </Button>
      }
    >
      {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void storage.refetch()} />}
      {storage.isPending && <Skeleton h={160} />}
      {storage.data && <StorageUsageView {...storage.data} />}
    </Section>
  );
}
