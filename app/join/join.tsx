"use client";
import { Anchor, Button, Loader, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { type AccountFields, AccountForm } from "../_shell/account-form.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { DeadLink } from "../_shell/dead-link.tsx";
import { isPossibleToken } from "../_shell/possible-token.ts";
import { roleWords } from "../_shell/role-words.ts";
import { signIn } from "../_shell/session-requests.ts";
import { signInHref } from "../_shell/sign-in-href.ts";
import { useLinkToken } from "../_shell/use-link-token.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

const open = ({ projectId }: { projectId: string }) => window.location.assign(`/projects/${projectId}`);

export function Join() {
  const token = useLinkToken();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const me = useQuery(trpc.account.me.queryOptions());
  const invitation = useQuery({
    ...trpc.invitation.lookUp.queryOptions({ token: token ?? "" }),
    enabled: isPossibleToken(token),
  });
  const accept = useMutation(trpc.invitation.accept.mutationOptions({ onSuccess: open }));
  const create = useMutation({
    mutationFn: async (fields: AccountFields) => {
      const joined = await client.invitation.acceptWithNewAccount.mutate({ ...fields, token: token ?? "" });
      await signIn(fields.email, fields.password);
      return joined;
    },
    onSuccess: open,
  });
  const error = invitation.error ?? me.error;
  if (token !== null && (!isPossibleToken(token) || invitation.data === null) && !create.isSuccess && !accept.isSuccess)
    return (
      <CenteredPage title="Invitation">
        <DeadLink hint="Ask an owner of the project for a new one." />
      </CenteredPage>
    );
  if (error)
    return (
      <CenteredPage title="Invitation">
        <ProblemAlert problem={problemOfError(error)} onRetry={() => void invitation.refetch()} />
      </CenteredPage>
    );
  if (!token || !invitation.data || me.data === undefined)
    return (
      <CenteredPage title="Invitation">
        <Loader size="sm" aria-label="Checking the invitation" />
      </CenteredPage>
    );
  const { projectName, invitedBy, role } = invitation.data;
  return (
    <CenteredPage title={`Join “${projectName}”`}>
      <Text size="sm">
        {invitedBy} invites you as <b>{role}</b>: {roleWords[role]}. The link is for one person.
      </Text>
      {me.data ? (
        <>
          {accept.error && <ProblemAlert problem={problemOfError(accept.error)} />}
          <Button loading={accept.isPending || accept.isSuccess} onClick={() => accept.mutate({ token })}>
            Join as {me.data.name}
          </Button>
        </>
      ) : (
        <AccountForm
          submitLabel="Make an account and join"
          pending={create.isPending || create.isSuccess}
          error={create.error}
          onSubmit={(fields) => create.mutate(fields)}
        >
          <Text size="xs" c="dimmed">
            You have an account here?{" "}
            <Anchor component={Link} href={signInHref(`/join#${token}`)} size="xs">
              Sign in
            </Anchor>{" "}
            and come back to this link.
          </Text>
        </AccountForm>
      )}
    </CenteredPage>
  );
}
