"use client";
import { Stack, Text } from "@mantine/core";
import { useProject } from "../_project/project-context.ts";
import { ProjectTraining } from "../_training/project-training.tsx";
import { Progress } from "./progress.tsx";
import { Volumes } from "./volumes.tsx";

/** What is in the project, how far it is, what the model has learned. */
export function Overview() {
  const project = useProject();
  return (
    <Stack gap="lg">
      {project.description && (
        <Text size="sm" c="dimmed" maw={860} style={{ whiteSpace: "pre-line" }}>
          {project.description}
        </Text>
      )}
      <Volumes />
      <ProjectTraining />
      <Progress />
    </Stack>
  );
}
