"use client";
import { Checkbox, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { kindWords, mailSwitchedOff, notificationKinds } from "../../core/notifications/notification.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** Which notices also come as mails. */
export function MailSection() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mail = useQuery(trpc.notification.mail.queryOptions());
  const settings = useQuery(trpc.account.settings.queryOptions());
  const keep = useMutation(
    trpc.account.keepSetting.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.account.settings.queryKey() }),
    }),
  );
  const error = mail.error ?? settings.error ?? keep.error;
  const off = mailSwitchedOff(keep.isPending ? JSON.parse(keep.variables.json) : settings.data?.mail);
  return (
    <Section
      title="Mails"
      text="Whatever you have not read after a few minutes comes to your address too, several things in one mail. No mail says what a comment or a task says."
    >
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {(mail.isPending || settings.isPending) && !error && <Skeleton h={120} />}
      {mail.data && !mail.data.isSent && (
        <Text size="sm" c="dimmed">
          This installation sends no mails. Its administrator can set up a mail server; until then the bell tells you
          all of it.
        </Text>
      )}
      {mail.data?.isSent && settings.data && (
        <Stack gap="xs">
          {notificationKinds.map((kind) => (
            <Checkbox
              key={kind}
              label={kindWords[kind]}
              checked={!off.has(kind)}
              disabled={keep.isPending}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                const nowOff = notificationKinds.filter((one) => (one === kind ? !checked : off.has(one)));
                keep.mutate({ name: "mail", json: JSON.stringify({ off: nowOff }) });
              }}
            />
          ))}
        </Stack>
      )}
    </Section>
  );
}
