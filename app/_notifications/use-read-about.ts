"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "../_trpc/trpc.ts";

/** What a person looks at, a conversation or a task, is told to them no more. */
export function useReadAbout(subject: string | null): void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const list = useQuery(trpc.notification.list.queryOptions());
  const { mutate } = useMutation(
    trpc.notification.markRead.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.notification.pathKey() }),
    }),
  );
  const id = list.data?.find((one) => one.readAt === null && one.subject === subject)?.id;
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (!id || asked.current === id) return;
    asked.current = id;
    mutate({ ids: [id] });
  }, [id, mutate]);
}
