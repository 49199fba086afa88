"use client";
import { Button, Loader, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { DeadLink } from "../_shell/dead-link.tsx";
import { NewPasswordInput } from "../_shell/new-password-input.tsx";
import { isPossibleToken } from "../_shell/possible-token.ts";
import { useLinkToken } from "../_shell/use-link-token.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

export function ResetPassword() {
  const token = useLinkToken();
  const trpc = useTRPC();
  const [password, setPassword] = useState("");
  const live = useQuery({
    ...trpc.account.isLinkLive.queryOptions({ purpose: "reset", token: token ?? "" }),
    enabled: isPossibleToken(token),
  });
  const reset = useMutation(trpc.account.resetPassword.mutationOptions());
  if (reset.isSuccess)
    return (
      <CenteredPage title="Password changed">
        <Text size="sm">Every other browser that was signed in has been signed out.</Text>
        <Button component={Link} href="/sign-in">
          Sign in
        </Button>
      </CenteredPage>
    );
  return (
    <CenteredPage title="Choose a new password">
      {token !== null && (!isPossibleToken(token) || live.data === false) ? (
        <DeadLink hint="Ask an administrator for a new one." />
      ) : live.error ? (
        <ProblemAlert problem={problemOfError(live.error)} onRetry={() => void live.refetch()} />
      ) : live.data && token ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            reset.mutate({ token, password });
          }}
        >
          <Stack>
            <NewPasswordInput value={password} onChange={setPassword} />
            {reset.error && <ProblemAlert problem={problemOfError(reset.error)} />}
            <Button type="submit" loading={reset.isPending}>
              Set the password
            </Button>
          </Stack>
        </form>
      ) : (
        <Loader size="sm" aria-label="Checking the link" />
      )}
    </CenteredPage>
  );
}
