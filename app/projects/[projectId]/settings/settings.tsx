"use client";
import { Alert, Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useProject } from "../_project/project-context.ts";
import { ClassSettings } from "./class-settings.tsx";
import { DeleteProject } from "./delete-project.tsx";
import { GeneralSettings } from "./general-settings.tsx";
import { PaceSettings } from "./pace-settings.tsx";
import { ReviewSettings } from "./review-settings.tsx";
import { TrainingSettings } from "./training-settings.tsx";
import { VigilanceSettings } from "./vigilance-settings.tsx";
import { WebhookSettings } from "./webhook-settings.tsx";

export function Settings() {
  const project = useProject();
  if (project.role !== "owner")
    return (
      <Alert color="gray" icon={<IconLock aria-hidden />} title="Settings are for owners">
        You are {project.role} here. An owner of the project can change them, or make you one.
      </Alert>
    );
  return (
    <Stack gap="lg" maw={860}>
      <GeneralSettings />
      <ClassSettings />
      <ReviewSettings />
      <VigilanceSettings />
      <PaceSettings />
      <TrainingSettings />
      <WebhookSettings />
      <DeleteProject />
    </Stack>
  );
}
