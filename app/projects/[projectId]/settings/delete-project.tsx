"use client";
import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

export function DeleteProject() {
  const project = useProject();
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [asking, { open, close }] = useDisclosure(false);
  const remove = useMutation(
    trpc.project.delete.mutationOptions({
      onSuccess: () => {
        router.push("/projects");
        void queryClient.invalidateQueries({ queryKey: trpc.project.list.queryKey() });
      },
    }),
  );
  return (
    <Section
      title="Delete the project"
      text="All volumes, labels, checkpoints and exports of this project go, for everybody and for good. Export first what you want to keep."
    >
      <Group>
        <Button color="red" variant="outline" onClick={open}>
          Delete this project…
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        title="Delete this project for good?"
        text="Nothing brings it back: not an undo, not an administrator."
        confirmLabel="Delete the project"
        typeToConfirm={project.name}
        pending={remove.isPending || remove.isSuccess}
        problem={remove.error ? problemOfError(remove.error) : null}
        onClose={close}
        onConfirm={() => remove.mutate({ projectId: project.id, name: project.name })}
      />
    </Section>
  );
}
