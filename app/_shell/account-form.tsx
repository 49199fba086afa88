"use client";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { NewPasswordInput } from "./new-password-input.tsx";

export interface AccountFields {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Name, email and password of a new account. */
export function AccountForm(props: {
  submitLabel: string;
  pending: boolean;
  error: unknown;
  onSubmit(fields: AccountFields): void;
  children?: ReactNode;
}) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const problem = props.error ? problemOfError(props.error) : null;
  const problemOf = (field: keyof AccountFields) => (problem?.where === field ? problem.what : undefined);
  const differs = again !== "" && again !== password;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (password === again) props.onSubmit({ name, email, password });
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Shown to the people you work with"
          autoComplete="name"
          required
          maxLength={80}
          value={name}
          error={problemOf("name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Email"
          description="You sign in with it"
          type="email"
          autoComplete="username"
          required
          value={email}
          error={problemOf("email")}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPasswordInput value={password} onChange={setPassword} personal={[name, email]} />
        <PasswordInput
          label="Password again"
          autoComplete="new-password"
          required
          value={again}
          error={differs ? "The two differ." : undefined}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        {problem && !(["name", "email"] as const).some(problemOf) && <ProblemAlert problem={problem} />}
        <Button type="submit" loading={props.pending} disabled={differs}>
          {props.submitLabel}
        </Button>
        {props.children}
      </Stack>
    </form>
  );
}
