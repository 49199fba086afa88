"use client";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { SecretLink } from "../../../../components/ui/secret-link.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { WebhookCard } from "../../../../components/webhooks/webhook-card.tsx";
import { WebhookForm } from "../../../../components/webhooks/webhook-form.tsx";
import type { ShownWebhook } from "../../../../components/webhooks/webhook-view.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

/** Addresses that are told when something is done here. */
export function WebhookSettings() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.webhook.pathKey() });
  const webhooks = useQuery(trpc.webhook.list.queryOptions({ projectId }));
  const [removing, setRemoving] = useState<ShownWebhook | null>(null);
  const add = useMutation(trpc.webhook.create.mutationOptions({ onSettled: refresh }));
  const test = useMutation(trpc.webhook.sendTest.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(
    trpc.webhook.remove.mutationOptions({
      onSuccess: async () => {
        setRemoving(null);
        await refresh();
      },
    }),
  );
  return (
    <Section
      title="Webhooks"
      text="Programs of yours elsewhere are told when something is done here, by a short signed message. It names the project, the version or the model; images and labels are fetched with a token."
    >
      <Stack gap="md">
        <Text size="sm">
          What a message holds, and how a program checks who sent it, is in the guide <i>API</i>, under <i>Webhooks</i>.
        </Text>
        <WebhookForm
          pending={add.isPending}
          problem={add.error ? problemOfError(add.error) : null}
          onAdd={(address, events) =>
            add.mutateAsync({ projectId, address, events }).then(
              () => true,
              () => false,
            )
          }
        />
        {add.data && (
          <SecretLink
            label="The secret of the new webhook"
            value={add.data.secret}
            hint="It is shown this once. Give it to the program that receives the messages, which checks their signature with it."
          />
        )}
        {webhooks.error && (
          <ProblemAlert problem={problemOfError(webhooks.error)} onRetry={() => void webhooks.refetch()} />
        )}
        {test.error && <ProblemAlert problem={problemOfError(test.error)} />}
        {webhooks.isPending && <Skeleton h={80} />}
        {webhooks.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            This project tells nobody.
          </Text>
        )}
        {webhooks.data?.map((webhook) => (
          <WebhookCard
            key={webhook.id}
            webhook={webhook}
            testing={test.isPending && test.variables?.webhookId === webhook.id}
            onTest={() => test.mutate({ projectId, webhookId: webhook.id })}
            onRemove={() => setRemoving(webhook)}
          />
        ))}
      </Stack>
      <ConfirmDialog
        opened={removing !== null}
        title="Remove this webhook?"
        text={`${removing?.address ?? ""} is told nothing more, and what still waits is not sent.`}
        confirmLabel="Remove it"
        pending={remove.isPending}
        problem={remove.error ? problemOfError(remove.error) : null}
        onClose={() => setRemoving(null)}
        onConfirm={() => removing && remove.mutate({ projectId, webhookId: removing.id })}
      />
    </Section>
  );
}
