"use client";
import { Alert, Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { Accounts } from "./accounts.tsx";
import { Trainers } from "./trainers.tsx";

export function Installation() {
  const person = usePerson();
  if (!person.isAdministrator)
    return (
      <Alert color="gray" icon={<IconLock aria-hidden />} title="For administrators only">
        An administrator of this installation can make you one.
      </Alert>
    );
  if (person.needsSecondFactor) return null; // the banner above says what to do
  return (
    <Stack gap="lg">
      <PageTitle
        title="Installation"
        text="Accounts and trainers of this server. Projects are their owners' business."
      />
      <Accounts />
      <Trainers />
    </Stack>
  );
}
