"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { askForFirstPicture, startChunksEarly } from "../../../../components/viewer/bricks/early-chunks.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { imageSourceOf } from "./image-source.ts";

/**
 * Asks for the volume in the request that asks who is there, and for its first chunks as soon as it is known: they come
 * while the editor is being put together.
 */
export function AskForVolume({ volumeId }: { volumeId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  useEffect(startChunksEarly, []);
  useEffect(() => {
    queries.fetchQuery(trpc.volume.byId.queryOptions({ volumeId })).then(
      (volume) => {
        const image = imageSourceOf(volume);
        if (image) askForFirstPicture(image);
      },
      () => {}, // VolumePage says what is wrong
    );
  }, [trpc, queries, volumeId]);
  return null;
}
