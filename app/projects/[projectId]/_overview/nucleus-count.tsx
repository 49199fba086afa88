"use client";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** "41 · 2 unfinished": what people have vouched for, and what waits. One question for all volumes of the project. */
export function NucleusCount({ projectId, volumeId }: { projectId: string; volumeId: string }) {
  const trpc = useTRPC();
  const all = useQuery(trpc.nucleus.counts.queryOptions({ projectId }, { staleTime: 30_000 }));
  const counts = all.data?.find((one) => one.volumeId === volumeId)?.counts;
  if (!counts) return <Text size="sm">{all.error ? "not known now" : "…"}</Text>;
  return (
    <Text size="sm">
      {counts.truth}
      {counts.unfinished > 0 && (
        <Text span size="sm" c="dimmed">
          {" "}
          · {counts.unfinished} unfinished
        </Text>
      )}
    </Text>
  );
}
