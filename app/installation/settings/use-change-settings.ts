"use client";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../server/index.ts";
import { useTRPC } from "../../_trpc/trpc.ts";

export type ShownSettings = inferRouterOutputs<AppRouter>["installation"]["settings"];

/** Saves what is given at once, and shows what the server then has. */
export function useChangeSettings() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    trpc.installation.changeSettings.mutationOptions({
      onSuccess: (settings) => {
        queryClient.setQueryData(trpc.installation.settings.queryKey(), settings);
        void queryClient.invalidateQueries({ queryKey: trpc.project.making.queryKey() });
        notifications.show({ message: "Saved." });
      },
      onError: () => queryClient.invalidateQueries({ queryKey: trpc.installation.settings.queryKey() }),
    }),
  );
}
