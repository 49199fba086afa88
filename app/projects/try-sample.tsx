"use client";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFlask } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

/** A project of one's own with a synthetic volume in it, a third of whose nuclei are labelled: everything can be tried. */
export function TrySample() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: async () => {
      const { projectId } = await client.project.create.mutate({
        name: "Synthetic sample",
        description: "A volume that this server made: packed, touching nuclei with known truth. Try everything here.",
      });
      await client.volume.createSample.mutate({ projectId, labels: "third" });
      return projectId;
    },
    onSuccess: (projectId) => {
      void queryClient.invalidateQueries({ queryKey: trpc.project.list.queryKey() });
      router.push(`/projects/${projectId}`);
    },
    onError: (error) => notifications.show({ color: "red", message: problemOfError(error).what }),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconFlask size={16} />}
      loading={make.isPending || make.isSuccess}
      onClick={() => make.mutate()}
    >
      Try it with a sample
    </Button>
  );
}
