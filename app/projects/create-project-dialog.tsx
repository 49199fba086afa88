"use client";
import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

export function CreateProjectDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useMutation(
    trpc.project.create.mutationOptions({
      onSuccess: async ({ projectId }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.project.list.queryKey() });
        router.push(`/projects/${projectId}`);
      },
    }),
  );
  return (
    <Modal opened={opened} onClose={onClose} title="New project">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name, description });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            placeholder="e.g. Mouse embryos, E3.5"
            required
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="Description"
            description="What is in the images, how they were taken; you can add to it later"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          {create.error && <ProblemAlert problem={problemOfError(create.error)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Not now
            </Button>
            <Button type="submit" loading={create.isPending || create.isSuccess}>
              Make the project
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
