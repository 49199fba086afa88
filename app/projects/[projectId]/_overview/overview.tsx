"use client";
import { Anchor, Stack, Text } from "@mantine/core";
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
      {project.plantEvery > 0 && (
        <Text size="sm" maw={860}>
          About one question in {project.plantEvery} of this project's queue is wrong on purpose, to measure how often a
          wrong proposal is accepted. Whoever answers is told at once, nothing of it gets into the labels, and only the
          project's total is counted: see the <Anchor href={`/projects/${project.id}/dashboard`}>dashboard</Anchor>.
        </Text>
      )}
      <Volumes />
      <ProjectTraining />
      <Progress />
    </Stack>
  );
}
