"use client";
import { Stack } from "@mantine/core";
import { useProject } from "../_project/project-context.ts";
import { AboutData } from "./about-data.tsx";
import { CurrentModel } from "./current-model.tsx";
import { NewVersion } from "./new-version.tsx";
import { VersionList } from "./version-list.tsx";
import { ZenodoDeposits } from "./zenodo-deposits.tsx";

/** What the data say of themselves, and frozen versions of them: make one, look at those made before, fetch them, or the model alone. */
export function PublishPage() {
  const project = useProject();
  return (
    <Stack gap="lg">
      <AboutData />
      {project.role === "owner" && <NewVersion />}
      <VersionList />
      <ZenodoDeposits version={null} />
      <CurrentModel />
    </Stack>
  );
}
