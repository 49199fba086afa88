"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { createContext, useContext } from "react";
import type { AppRouter } from "../../../../server/index.ts";

export type ShownProject = inferRouterOutputs<AppRouter>["project"]["byId"];

export const ProjectContext = createContext<ShownProject | null>(null);

/** The project of the page, with the person's role in it; below ProjectFrame only. */
export function useProject(): ShownProject {
  const project = useContext(ProjectContext);
  if (!project) throw new Error("useProject is used outside ProjectFrame");
  return project;
}
