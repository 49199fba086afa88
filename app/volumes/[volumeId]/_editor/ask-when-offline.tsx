"use client";
import { useQuery } from "@tanstack/react-query";
import type { LabelDocument } from "../../../../core/edit/label-document.ts";
import { useSaveState } from "../../../_collab/use-label-document.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

const ASK_EVERY_MS = 5000;

/** A socket that is refused looks like a server that is away: while it is shut, the volume itself is asked for, and says which. */
export function AskWhenOffline({ document, volumeId }: { document: LabelDocument; volumeId: string }) {
  const trpc = useTRPC();
  const state = useSaveState(document);
  useQuery({
    ...trpc.volume.byId.queryOptions({ volumeId }),
    enabled: state.kind === "offline",
    refetchInterval: ASK_EVERY_MS,
  });
  return null;
}
