"use client";
import { Loader, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { type AccountFields, AccountForm } from "../_shell/account-form.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { DeadLink } from "../_shell/dead-link.tsx";
import { isPossibleToken } from "../_shell/possible-token.ts";
import { signIn } from "../_shell/session-requests.ts";
import { useLinkToken } from "../_shell/use-link-token.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

export function FirstAccount() {
  const token = useLinkToken();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const live = useQuery({
    ...trpc.account.isLinkLive.queryOptions({ purpose: "administrator", token: token ?? "" }),
    enabled: isPossibleToken(token),
  });
  const create = useMutation({
    mutationFn: async (fields: AccountFields) => {
      await client.account.createAdministrator.mutate({ ...fields, token: token ?? "" });
      await signIn(fields.email, fields.password);
    },
    onSuccess: () => window.location.assign("/projects"),
  });
  return (
    <CenteredPage title="Welcome to Karyoloop">
      {token !== null && (!isPossibleToken(token) || live.data === false) ? (
        <DeadLink hint="While nobody administers this installation, the server prints a fresh one each time it starts." />
      ) : live.error ? (
        <ProblemAlert problem={problemOfError(live.error)} onRetry={() => void live.refetch()} />
      ) : live.data ? (
        <>
          <Text size="sm">
            This makes the first account. It administers this installation: it can make reset links and add trainers.
            Everybody else joins by invitation.
          </Text>
          <AccountForm
            submitLabel="Make the account"
            pending={create.isPending || create.isSuccess}
            error={create.error}
            onSubmit={(fields) => create.mutate(fields)}
          />
        </>
      ) : (
        <Loader size="sm" aria-label="Checking the link" />
      )}
    </CenteredPage>
  );
}
