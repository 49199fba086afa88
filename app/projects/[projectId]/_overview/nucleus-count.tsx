"use client";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** "41 · 2 unfinished · 30 approved": what people have vouched for, what waits, and what a second person said. One question for all volumes of the project. */
export function NucleusCount({ projectId, volumeId }: { projectId: string; volumeId: string }) {
  const trpc = useTRPC();
  const all = useQuery(
    trpc.nucleus.counts.queryOptions({ projectId }, { staleTime: 30_000, refetchOnMount: "always" }),
  );
  const counts = all.data?.find((one) => one.volumeId === volumeId)?.counts;
  if (!counts) return <Text size="sm">{all.error ? "not known now" : "…"}</Text>;
  const { truth, unfinished, toReview, approved, sentBack } = counts;
  const parts = [
    unfinished > 0 && `${unfinished} unfinished`,
    toReview > 0 && `${toReview} to look at again`,
    sentBack > 0 && `${sentBack} sent back`,
    approved > 0 && `${approved} approved`,
  ].filter(Boolean);
  return (
    <Text size="sm">
      {truth}
      {parts.length > 0 && (
        <Text span size="sm" c="dimmed">
          {" "}
          · {parts.join(" · ")}
        </Text>
      )}
    </Text>
  );
}
