"use client";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import {
  type ArrivedFile,
  findImage,
  type ImageRef,
  type LabelAnswers,
  labelsToSend,
} from "../../../../components/import/import-draft.ts";
import type { LookState } from "../../../../components/import/look/first-look.tsx";
import type { FirstLook } from "../../../../core/import/first-look.ts";
import { labelChannelQuestion } from "../../../../core/import/open-questions.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../../_trpc/trpc.ts";
import type { Draft } from "./drafts.ts";

type AskableLook = LookState & { again(): void };

/** Three cuts of what each draft has chosen; taken anew when image, channel, time or labels change, and kept for the page. */
export function useFirstLooks(
  projectId: string,
  drafts: readonly Draft[],
  files: readonly ArrivedFile[],
): readonly AskableLook[] {
  const client = useTRPCClient();
  const wanted = drafts.map((draft) => wantedLook(draft, files));
  return useQueries({
    queries: wanted.map((look) => ({
      queryKey: ["first-look", projectId, look],
      enabled: look.image !== null || (look.volumeId !== null && look.labels !== null),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.volume.firstLook.mutate({ projectId, voxelSizeZyx: null, ...look }, { signal }),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
  }).map(stateOf);
}

export function useFirstLook(projectId: string, draft: Draft, files: readonly ArrivedFile[]): AskableLook {
  return useFirstLooks(projectId, [draft], files)[0];
}

const stateOf = (query: UseQueryResult<FirstLook>): AskableLook => ({
  look: query.data ?? null,
  pending: query.isFetching,
  problem: query.error && problemOfError(query.error),
  again: () => void query.refetch(),
});

/** What parts become, whether labels are complete, and voxel sizes change no picture. */
function wantedLook(draft: Draft, files: readonly ArrivedFile[]) {
  const labels = canBeLookedAt(draft, files) ? draft.labels : null;
  return {
    image: draft.kind === "volume" ? draft.image : null,
    volumeId: draft.kind === "labels" ? draft.volumeId : null,
    labels: labels && {
      ...labelsToSend({ ...refOf(labels), channel: labels.channel, time: labels.time, otherVoxelSize: true }),
      mode: "accepted" as const,
    },
  };
}

const refOf = ({ uploadId, image }: ImageRef): ImageRef => ({ uploadId, image });

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
