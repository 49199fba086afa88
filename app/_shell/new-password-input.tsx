"use client";
import { PasswordInput } from "@mantine/core";

const MIN_LENGTH = 10;

export function NewPasswordInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  return (
    <PasswordInput
      label="New password"
      description={`At least ${MIN_LENGTH} characters; a few words are easier to keep than signs`}
      autoComplete="new-password"
      required
      minLength={MIN_LENGTH}
      maxLength={128}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
