"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTRPC } from "../_trpc/trpc.ts";

/** What this person is told of; the page's stream of events keeps it fresh. */
export function useNotifications() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.notification.pathKey() });
  const read = useMutation(trpc.notification.markRead.mutationOptions({ onSettled }));
  return {
    list: useQuery(trpc.notification.list.queryOptions()),
    read,
    /** A page that goes away takes its requests along: it is read first. By the address, which tells an open editor where to go. */
    follow: (id: string, path: string) => read.mutate({ ids: [id] }, { onSettled: () => window.location.assign(path) }),
    join: useMutation(
      trpc.invitation.acceptOwn.mutationOptions({
        onSettled,
        onSuccess: ({ projectId }) => router.push(`/projects/${projectId}`),
      }),
    ),
  };
}
