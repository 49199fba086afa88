"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import type { ShownVolume } from "./volume-row.tsx";

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
  return (
    <ConfirmDialog
      key={volume?.id}
      opened={volume !== null}
      title="Delete this volume for good?"
      text="Its image, all labels that people painted in it, and their history go, for everybody. Dataset versions that hold it stay whole. Freeze one first for what you want to keep."
      confirmLabel="Delete the volume"
      typeToConfirm={volume?.name ?? ""}
      pending={remove.isPending}
      problem={remove.error ? problemOfError(remove.error) : null}
      onClose={onClose}
      onConfirm={() => volume && remove.mutate({ volumeId: volume.id, name: volume.name })}
    />
  );
}
