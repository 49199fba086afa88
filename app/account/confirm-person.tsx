"use client";
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useRef, useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../_trpc/trpc.ts";

type Confirmed = <T>(act: () => Promise<T>) => Promise<T>;
const ConfirmContext = createContext<Confirmed>((act) => act());

/** Does what the server may ask the password for first: `confirmed(() => client.account.beginApp.mutate())`. */
export const useConfirmed = (): Confirmed => useContext(ConfirmContext);

/** What to show of a failed act; nothing where the person stepped back. */
export function shownProblem(error: unknown): ProblemFields | null {
  if (!error) return null;
  const problem = problemOfError(error);
  return problem.tag === "cancelled" ? null : problem;
}

/** Asks for the password in a dialog when the server wants it once more, and then goes on with what was asked for. */
export function ConfirmPerson({ children }: { children: ReactNode }) {
  const client = useTRPCClient();
  const [opened, setOpened] = useState(false);
  const [password, setPassword] = useState("");
  const waiting = useRef<{ resolve(): void; reject(error: unknown): void } | null>(null);
  const confirm = useMutation({
    mutationFn: () => client.account.confirm.mutate({ password }),
    onSuccess: () => {
      waiting.current?.resolve();
      close();
    },
  });
  const close = () => {
    setOpened(false);
    setPassword("");
    confirm.reset();
    waiting.current?.reject(new Problem({ tag: "cancelled", what: "Nothing was done." }));
    waiting.current = null;
  };
  const confirmed: Confirmed = async (act) => {
    try {
      return await act();
    } catch (error) {
      if (problemOfError(error).tag !== "confirm-needed") throw error;
    }
    await new Promise<void>((resolve, reject) => {
      waiting.current = { resolve, reject };
      setOpened(true);
    });
    return act();
  };
  return (
    <ConfirmContext value={confirmed}>
      {children}
      <Modal opened={opened} onClose={close} title="Is it you?">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate();
          }}
        >
          <Stack>
            <Text size="sm">
              Type your password once more. Nobody who finds this browser open can change how you sign in. If you have
              none, sign out and sign in again.
            </Text>
            <PasswordInput
              label="Your password"
              autoComplete="current-password"
              required
              data-autofocus
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {confirm.error && <ProblemAlert problem={problemOfError(confirm.error)} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={confirm.isPending}>
                Go on
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </ConfirmContext>
  );
}
