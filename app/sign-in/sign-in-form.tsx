"use client";
import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { signIn } from "../_shell/session-requests.ts";
import { safeNext } from "../_shell/sign-in-href.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";

export function SignInForm() {
  const next = safeNext(useSearchParams().get("next"));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = useMutation({
    mutationFn: () => signIn(email, password),
    // A link's token may stand behind the `#`.
    onSuccess: () => window.location.assign(next + window.location.hash), // a whole load: nothing of another person stays in memory
  });
  return (
    <CenteredPage title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Email"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {submit.error && <ProblemAlert problem={problemOfError(submit.error)} />}
          <Button type="submit" loading={submit.isPending || submit.isSuccess}>
            Sign in
          </Button>
          <Text size="xs" c="dimmed">
            No account yet? People join by an invitation link from the owner of a project. On a new installation the
            server prints the link for the first account when it starts.
          </Text>
        </Stack>
      </form>
    </CenteredPage>
  );
}
