"use client";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ProgressMark } from "../../../../components/volumes/progress-mark.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import type { ShownVolume } from "./shown-volume.ts";

/** How far a volume is, and who is at it. */
export function VolumeProgress({ volume, mayMark }: { volume: ShownVolume; mayMark: boolean }) {
  const trpc = useTRPC();
  const { projectId, id: volumeId, name } = volume;
  const counts = useQuery(
    trpc.nucleus.counts.queryOptions({ projectId }, { staleTime: 30_000, refetchOnMount: "always" }),
  ).data?.find((one) => one.volumeId === volumeId)?.counts;
  const mark = useMutation(
    trpc.volume.markDone.mutationOptions({
      onError(error) {
        const { what, hint } = problemOfError(error);
        notifications.show({ color: "red", title: what, message: hint ?? "" });
      },
    }),
  );
  return (
    <ProgressMark
      name={name}
      facts={{ ...volume, nuclei: counts ? counts.truth + counts.unfinished : null }}
      onMark={mayMark ? (isDone) => mark.mutate({ volumeId, isDone }) : null}
      isPending={mark.isPending}
    />
  );
}
