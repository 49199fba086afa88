"use client";
import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconBuildingCommunity, IconFingerprint } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState, useSyncExternalStore } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { KeptEditsNotice } from "../_collab/kept-edits-notice.tsx";
import { CenteredPage } from "../_shell/centered-page.tsx";
import { goToInstitution, institutionProblem, signIn, signInWithPasskey } from "../_shell/session-requests.ts";
import { safeNext } from "../_shell/sign-in-href.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import { CodeStep } from "./code-step.tsx";

const never = () => () => {};

export function SignInForm() {
  const parameters = useSearchParams();
  const next = safeNext(parameters.get("next"));
  const [needsCode, setNeedsCode] = useState(false);
  // A link's token may stand behind the `#`. A whole load: nothing of another person stays in memory.
  const enter = () => window.location.assign(next + window.location.hash);
  if (needsCode) return <CodeStep onDone={enter} onBack={() => setNeedsCode(false)} />;
  return (
    <CenteredPage title="Sign in">
      <Stack>
        <KeptEditsNotice why="signed-out" />
        <PasswordForm onDone={(answer) => (answer.needsCode ? setNeedsCode(true) : enter())} />
        <OtherWays next={next} error={parameters.get("error")} onDone={enter} />
        <Text size="xs" c="dimmed">
          No account yet? People join by an invitation link from the owner of a project. On a new installation the
          server prints the link for the first account when it starts.
        </Text>
      </Stack>
    </CenteredPage>
  );
}

function PasswordForm({ onDone }: { onDone(answer: { needsCode: boolean }): void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = useMutation({ mutationFn: () => signIn(email, password), onSuccess: onDone });
  return (
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
      </Stack>
    </form>
  );
}

/** A passkey and the institution, where this server has them; only at the address at which they work. */
function OtherWays({ next, error, onDone }: { next: string; error: string | null; onDone(): void }) {
  const trpc = useTRPC();
  const ways = useQuery(trpc.account.signInWays.queryOptions()).data;
  const origin = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => null,
  );
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: onDone });
  const institution = useMutation({ mutationFn: () => goToInstitution("sign-in", next) });
  const failed = passkey.error ?? institution.error;
  const problem = failed
    ? problemOfError(failed)
    : institutionProblem(error, ways?.institution?.name ?? "the institution");
  if (!ways || !origin) return null;
  const elsewhere = [ways.institution?.origin, ways.passkeyOrigin].find((one) => one && one !== origin);
  const hasPasskeys = ways.passkeyOrigin === origin;
  const hasInstitution = ways.institution?.origin === origin;
  return (
    <>
      {(hasPasskeys || hasInstitution) && <Divider label="or" />}
      {hasPasskeys && (
        <Button
          variant="default"
          leftSection={<IconFingerprint size={18} aria-hidden />}
          loading={passkey.isPending || passkey.isSuccess}
          onClick={() => passkey.mutate()}
        >
          Sign in with a passkey
        </Button>
      )}
      {hasInstitution && (
        <Button
          variant="default"
          leftSection={<IconBuildingCommunity size={18} aria-hidden />}
          loading={institution.isPending || institution.isSuccess}
          onClick={() => institution.mutate()}
        >
          Sign in with {ways.institution?.name}
        </Button>
      )}
      {problem &&
        (problem.tag === "cancelled" ? (
          <Alert color="gray" title={problem.what} />
        ) : (
          <ProblemAlert problem={problem} />
        ))}
      {ways.institution && !hasInstitution && elsewhere && (
        <Text size="xs">
          Sign-in with {ways.institution.name} works at{" "}
          <Anchor href={`${elsewhere}/sign-in`} size="xs">
            {elsewhere}
          </Anchor>
          .
        </Text>
      )}
    </>
  );
}
