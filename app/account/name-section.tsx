"use client";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

export function NameSection() {
  const person = usePerson();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(person.name);
  const rename = useMutation(
    trpc.account.rename.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries();
        notifications.show({ message: "Your name is changed." });
      },
    }),
  );
  return (
    <Section title="Name" text="Shown to the people you work with, and in exports where you chose your name.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ name });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput label="Email" value={person.email} readOnly description="You sign in with it" />
          {rename.error && <ProblemAlert problem={problemOfError(rename.error)} />}
          <Group>
            <Button type="submit" loading={rename.isPending} disabled={name.trim() === person.name}>
              Save the name
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
