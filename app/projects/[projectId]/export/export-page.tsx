"use client";
import { Stack } from "@mantine/core";
import { useProject } from "../_project/project-context.ts";
import { CurrentModel } from "./current-model.tsx";
import { NewVersion } from "./new-version.tsx";
import { VersionList } from "./version-list.tsx";

/** Frozen dataset versions of a project: make one, look at those made before, fetch them, or the model alone. */
export function ExportPage() {
  const project = useProject();
  return (
    <Stack gap="lg">
      {project.role === "owner" && <NewVersion />}
      <VersionList />
      <CurrentModel />
    </Stack>
  );
}
