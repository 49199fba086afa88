"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { LayerChip } from "../../components/agreement/layer-chip.tsx";
import type { EditorApi } from "../../components/editor/editor-contract.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** What an open volume is in a blind study; `box` null: it is no layer. */
export interface LayerOfStudy {
  readonly volumeId: string;
  readonly box: VoxelBox | null;
  /** The page that it belongs to, as its project is none. */
  readonly href: string | null;
  attach(api: EditorApi): () => void;
  show(): void;
}

/** An editor that opens a layer begins at its box. */
export function useLayerOfStudy(volumeId: string): LayerOfStudy {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.study.ofLayer.queryOptions({ volumeId }));
  const [api, setApi] = useState<EditorApi | null>(null);
  const box = data?.box ?? null;
  useEffect(() => {
    if (api && box && window.location.hash === "") api.flyToBox(box);
  }, [api, box]);
  const attach = useCallback((opened: EditorApi) => {
    setApi(opened);
    return () => setApi(null);
  }, []);
  return {
    volumeId,
    box,
    href: data ? (data.isOwn ? "/work" : `/projects/${data.projectId}/agreement/${data.studyId}`) : null,
    attach,
    show: () => {
      if (box) api?.flyToBox(box);
    },
  };
}

export function LayerOfStudyChip({ of: { volumeId, show } }: { of: LayerOfStudy }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data } = useQuery(trpc.study.ofLayer.queryOptions({ volumeId }));
  const say = useMutation(
    trpc.study.sayDone.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.study.pathKey() }),
    }),
  );
  if (!data) return null;
  return (
    <LayerChip
      {...data}
      isBusy={say.isPending}
      problem={say.error ? problemOfError(say.error) : null}
      onShow={show}
      onDone={(isDone) => say.mutate({ volumeId, isDone })}
    />
  );
}
