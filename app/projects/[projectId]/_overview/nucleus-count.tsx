"use client";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { labelStatuses } from "../../../../core/labels/label-status.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

/** "41 · 2 unfinished": what people have vouched for, and what waits. */
export function NucleusCount({ volumeId }: { volumeId: string }) {
  const trpc = useTRPC();
  const nuclei = useQuery(trpc.nucleus.list.queryOptions({ volumeId }, { staleTime: 30_000 }));
  if (!nuclei.data) return <Text size="sm">{nuclei.error ? "not known now" : "…"}</Text>;
  const count = (wanted: string) =>
    nuclei.data.status.reduce((sum, index) => sum + (labelStatuses[index] === wanted ? 1 : 0), 0);
  const unfinished = count("unfinished");
  return (
    <Text size="sm">
      {count("accepted") + count("corrected")}
      {unfinished > 0 && (
        <Text span size="sm" c="dimmed">
          {" "}
          · {unfinished} unfinished
        </Text>
      )}
    </Text>
  );
}
