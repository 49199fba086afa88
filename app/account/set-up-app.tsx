"use client";
import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { encode } from "uqr";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { useTRPCClient } from "../_trpc/trpc.ts";
import { shownProblem, useConfirmed } from "./confirm-person.tsx";

/** Cells of quiet around a QR code (ISO/IEC 18004). */
const QUIET = 4;

/** Drawn here: the secret in it leaves the browser for nobody. Black on white in the dark theme too, as cameras need it. */
function QrCode({ text }: { text: string }) {
  const { data, size } = useMemo(() => encode(text, { ecc: "M", border: QUIET }), [text]);
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg width={220} height={220} viewBox={`0 0 ${size} ${size}`} role="img" shapeRendering="crispEdges">
      <title>QR code for the authenticator app</title>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

export function SetUpApp(props: { url: string; onDone(recoveryCodes: readonly string[]): void; onCancel(): void }) {
  const client = useTRPCClient();
  const confirmed = useConfirmed();
  const [code, setCode] = useState("");
  const secret = new URL(props.url).searchParams.get("secret") ?? "";
  const confirm = useMutation({
    mutationFn: () => confirmed(() => client.account.confirmApp.mutate({ code: code.replace(/\s/g, "") })),
    onSuccess: ({ recoveryCodes }) => props.onDone(recoveryCodes),
    onError: () => setCode(""),
  });
  const problem = shownProblem(confirm.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack>
        <Text size="sm">
          Scan this with an authenticator app on your phone (any that does TOTP), then type the six digits it shows.
        </Text>
        <Group align="flex-start" gap="lg">
          <QrCode text={props.url} />
          <Stack flex={1} miw={240}>
            <Text size="sm">
              Cannot scan? Type this into the app:{" "}
              <Code style={{ overflowWrap: "anywhere" }}>{secret.replace(/(.{4})/g, "$1 ").trim()}</Code>
            </Text>
            <TextInput
              label="Code"
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9 ]{6,8}"
              required
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            {problem && <ProblemAlert problem={problem} />}
            <Group>
              <Button type="submit" loading={confirm.isPending}>
                Turn it on
              </Button>
              <Button variant="default" onClick={props.onCancel}>
                Cancel
              </Button>
            </Group>
          </Stack>
        </Group>
      </Stack>
    </form>
  );
}
