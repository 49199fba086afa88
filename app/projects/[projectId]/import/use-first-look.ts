"use client";
import { useQuery } from "@tanstack/react-query";
import {
  type ArrivedFile,
  findImage,
  type ImageRef,
  type LabelAnswers,
  labelsToSend,
} from "../../../../components/import/import-draft.ts";
import type { LookState } from "../../../../components/import/look/first-look.tsx";
import { labelChannelQuestion } from "../../../../core/import/open-questions.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../../_trpc/trpc.ts";
import type { Draft } from "./drafts.ts";

/** Three cuts of what a draft has chosen; taken anew when image, channel, time or labels change, and kept for the page. */
export function useFirstLook(
  projectId: string,
  draft: Draft | null,
  files: readonly ArrivedFile[],
): LookState & { again(): void } {
  const client = useTRPCClient();
  const image = draft?.kind === "volume" ? draft.image : null;
  const volumeId = draft?.kind === "labels" ? draft.volumeId : null;
  const labels = draft?.labels && canBeLookedAt(draft, files) ? draft.labels : null;
  // What parts become, and whether labels are complete, changes no picture.
  const shown = labels && { ...labelsToSend(labels), parts: undefined, complete: false, otherVoxelSize: true };
  const query = useQuery({
    queryKey: ["first-look", projectId, image, volumeId, shown],
    enabled: image !== null || (volumeId !== null && shown !== null),
    queryFn: ({ signal }) =>
      client.volume.firstLook.mutate(
        {
          projectId,
          image,
          volumeId,
          voxelSizeZyx: null,
          labels: shown && { ...shown, mode: "accepted" },
        },
        { signal },
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return {
    look: query.data ?? null,
    pending: query.isFetching,
    problem: query.error && problemOfError(query.error),
    again: () => void query.refetch(),
  };
}

/** Labels whose channel nobody has chosen, or of another shape, are not shown with the image. */
function canBeLookedAt(draft: Draft, files: readonly ArrivedFile[]): boolean {
  const chosen: (ImageRef & LabelAnswers) | null = draft.labels;
  const labels = chosen && findImage(files, chosen);
  if (!chosen || !labels) return false;
  if (chosen.channel === null && labelChannelQuestion(labels)) return false;
  if (draft.kind === "labels") return labels.times === 1 || chosen.time !== null;
  const image = findImage(files, draft.image);
  if (chosen.time === null && labels.times > 1 && labels.times !== image?.times) return false;
  return image?.shapeZyx.every((size, axis) => size === labels.shapeZyx[axis]) ?? false;
}
