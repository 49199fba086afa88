"use client";
import { Stack } from "@mantine/core";
import { useProject } from "../_project/project-context.ts";
import { ExportName } from "./export-name.tsx";
import { Invitations } from "./invitations.tsx";
import { MemberTable } from "./member-table.tsx";
import { ProjectLog } from "./project-log.tsx";

export function People() {
  const project = useProject();
  return (
    <Stack gap="lg">
      <MemberTable />
      {project.role === "owner" && <Invitations />}
      <ExportName />
      {project.role === "owner" && <ProjectLog />}
    </Stack>
  );
}
