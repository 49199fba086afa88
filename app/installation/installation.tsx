"use client";
import { Stack } from "@mantine/core";
import { Accounts } from "./accounts.tsx";
import { Trainers } from "./trainers.tsx";

export function Installation() {
  return (
    <Stack gap="lg">
      <Accounts />
      <Trainers />
    </Stack>
  );
}
