"use client";
import { Anchor, Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { giveCode, giveRecoveryCode } from "../_shell/session-requests.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";

/** After the right password: a code of the app, or a recovery code for who does not have it at hand. */
export function CodeStep({ onDone, onBack }: { onDone(): void; onBack(): void }) {
  const [by, setBy] = useState<"app" | "recovery">("app");
  const [code, setCode] = useState("");
  const [trust, setTrust] = useState(false);
  const submit = useMutation({
    mutationFn: () => (by === "app" ? giveCode(code, trust) : giveRecoveryCode(code)),
    onSuccess: onDone,
    onError: () => setCode(""),
  });
  const switchTo = (other: typeof by) => {
    setBy(other);
    setCode("");
    submit.reset();
  };
  const over = submit.error && ["start-anew", "codes-locked"].includes(problemOfError(submit.error).tag);
  return (
    <CenteredPage title="Second factor">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate();
        }}
      >
        <Stack>
          {by === "app" ? (
            <TextInput
              key="app"
              label="Code"
              description="Six digits, which your authenticator app shows for Karyoloop"
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9 ]{6,8}"
              required
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          ) : (
            <TextInput
              key="recovery"
              label="Recovery code"
              description="One of those that you kept; it works once"
              autoComplete="off"
              required
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          {by === "app" && (
            <Checkbox
              label="Do not ask in this browser for 30 days"
              description="Only where nobody else uses it"
              checked={trust}
              onChange={(event) => setTrust(event.currentTarget.checked)}
            />
          )}
          {submit.error && <ProblemAlert problem={problemOfError(submit.error)} />}
          {over ? (
            <Button onClick={onBack}>Back to the password</Button>
          ) : (
            <Button type="submit" loading={submit.isPending || submit.isSuccess}>
              Sign in
            </Button>
          )}
          <Group justify="space-between">
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => switchTo(by === "app" ? "recovery" : "app")}
            >
              {by === "app" ? "Use a recovery code" : "Use the app"}
            </Anchor>
            {!over && (
              <Anchor component="button" type="button" size="sm" onClick={onBack}>
                Back
              </Anchor>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            Phone and recovery codes lost? An administrator of this installation can reset your second factor.
          </Text>
        </Stack>
      </form>
    </CenteredPage>
  );
}
