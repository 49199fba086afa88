"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "../../../../server/index.ts";
import { useTRPC, useTRPCClient } from "../../../_trpc/trpc.ts";
import { useProject } from "./project-context.ts";

export type ProjectFields = inferRouterInputs<AppRouter>["project"]["update"]["fields"];

/** Saves fields of the project shown, then shows what the server has. */
export function useUpdateProject(onSaved: () => void) {
  const project = useProject();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (fields: ProjectFields) => client.project.update.mutate({ projectId: project.id, fields }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() });
      onSaved();
    },
  });
}
