"use client";
import { Alert, Badge, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";
import { shownProblem, useConfirmed } from "./confirm-person.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { SetUpApp } from "./set-up-app.tsx";

const FEW_CODES = 3;

type Act = "renew" | "remove";

export function AuthenticatorAppSection({ app }: { app: { readonly recoveryCodesLeft: number } | null }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const confirmed = useConfirmed();
  const queryClient = useQueryClient();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [act, setAct] = useState<Act | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: [["account"]] });
  const begin = useMutation({ mutationFn: () => confirmed(() => client.account.beginApp.mutate()) });
  const problem = shownProblem(begin.error);
  const showCodes = (fresh: readonly string[]) => {
    setCodes(fresh);
    begin.reset();
    setAct(null);
    void refresh();
  };
  return (
    <Section
      title="Authenticator app"
      text="After the password, a code from an app on your phone: who learns your password cannot get in with it."
      action={<Badge color={app ? "teal" : "gray"}>{app ? "On" : "Off"}</Badge>}
    >
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
      {problem && <ProblemAlert problem={problem} />}
      {!app && !begin.data && (
        <Group>
          <Button loading={begin.isPending} onClick={() => begin.mutate()}>
            Set up an app
          </Button>
        </Group>
      )}
      {!app && begin.data && <SetUpApp url={begin.data.url} onDone={showCodes} onCancel={() => begin.reset()} />}
      {app && !codes && (
        <>
          {app.recoveryCodesLeft <= FEW_CODES && (
            <Alert color="yellow" title={`Only ${app.recoveryCodesLeft} recovery codes are left.`}>
              Make new ones before you need them.
            </Alert>
          )}
          <Text size="sm">{app.recoveryCodesLeft} of 10 recovery codes are left.</Text>
          <Group>
            <Button variant="default" onClick={() => setAct("renew")}>
              Make new recovery codes
            </Button>
            <Button variant="default" color="red" onClick={() => setAct("remove")}>
              Remove the app
            </Button>
          </Group>
        </>
      )}
      <CodeDialog
        act={act}
        onClose={() => setAct(null)}
        run={async (code) => {
          if (act === "renew") showCodes((await client.account.renewRecoveryCodes.mutate({ code })).recoveryCodes);
          else {
            await client.account.removeApp.mutate({ code });
            setAct(null);
            await queryClient.invalidateQueries({ queryKey: trpc.account.secondFactors.queryKey() });
            void refresh();
          }
        }}
      />
    </Section>
  );
}

const words: Readonly<Record<Act, { title: string; text: string; button: string }>> = {
  renew: {
    title: "New recovery codes",
    text: "The ones you have stop working.",
    button: "Make new codes",
  },
  remove: {
    title: "Remove the app",
    text: "The password alone lets in again, and the recovery codes stop working.",
    button: "Remove the app",
  },
};

function CodeDialog(props: { act: Act | null; onClose(): void; run(code: string): Promise<void> }) {
  const confirmed = useConfirmed();
  const [code, setCode] = useState("");
  const submit = useMutation({
    mutationFn: () => confirmed(() => props.run(code)),
    onSettled: () => setCode(""),
  });
  const close = () => {
    submit.reset();
    setCode("");
    props.onClose();
  };
  const { title, text, button } = words[props.act ?? "renew"];
  const problem = shownProblem(submit.error);
  return (
    <Modal opened={props.act !== null} onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{text}</Text>
          <TextInput
            label="Code of the app, or a recovery code"
            autoComplete="one-time-code"
            required
            data-autofocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          {problem && <ProblemAlert problem={problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
            <Button type="submit" color={props.act === "remove" ? "red" : undefined} loading={submit.isPending}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
