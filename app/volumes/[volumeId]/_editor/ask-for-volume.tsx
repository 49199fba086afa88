"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** Asks for the volume in the request that asks who is there: the editor opens one answer sooner. */
export function AskForVolume({ volumeId }: { volumeId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  useEffect(() => {
    void queries.prefetchQuery(trpc.volume.byId.queryOptions({ volumeId }));
  }, [trpc, queries, volumeId]);
  return null;
}
