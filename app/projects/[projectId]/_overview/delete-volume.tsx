"use client";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { deletionWords } from "./deletion-words.ts";
import type { ShownVolume } from "./shown-volume.ts";

export function DeleteVolume({ volume, onClose }: { volume: ShownVolume | null; onClose(): void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.volume.delete.mutationOptions({
      onSuccess: async () => {
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() });
      },
    }),
  );
  const effects = useQuery(
    trpc.volume.deletionEffects.queryOptions(volume ? { volumeId: volume.id } : skipToken, { staleTime: 0 }),
  );
  const problem = remove.error ?? effects.error;
  return (
    <ConfirmDialog
      key={volume?.id}
      opened={volume !== null}
      title="Delete this volume for good?"
      text={effects.data ? deletionWords(effects.data) : "Looking up what goes with it…"}
      confirmLabel="Delete the volume"
      typeToConfirm={volume?.name ?? ""}
      pending={remove.isPending || effects.isPending}
      problem={problem ? problemOfError(problem) : null}
      onClose={onClose}
      onConfirm={() => volume && remove.mutate({ volumeId: volume.id, name: volume.name })}
    />
  );
}
