"use client";
import { Stack } from "@mantine/core";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { useInstallationEvents } from "../_trpc/use-project-events.ts";
import { MyNotices } from "./my-notices.tsx";
import { MyStudies } from "./my-studies.tsx";
import { MyTasks } from "./my-tasks.tsx";
import { WaitingVolumes } from "./waiting-volumes.tsx";

/** Everything that waits for a person, over all their projects. */
export function Work() {
  useInstallationEvents();
  return (
    <Stack gap="lg">
      <PageTitle title="My work" text="What waits for you, in all your projects." />
      <MyTasks />
      <MyStudies />
      <WaitingVolumes />
      <MyNotices />
    </Stack>
  );
}
