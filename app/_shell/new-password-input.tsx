"use client";
import { PasswordInput } from "@mantine/core";
import { PASSWORD_MIN_LENGTH, passwordWeakness } from "../../core/text/password-rules.ts";

/** Says while it is typed what would make it weak; the server also knows the passwords that are tried first. */
export function NewPasswordInput(props: {
  value: string;
  onChange(value: string): void;
  /** Name and email of the person, which must not be what the password is made of. */
  personal?: readonly string[];
}) {
  const { value } = props;
  const isLong = [...value].length >= PASSWORD_MIN_LENGTH;
  const weakness = isLong ? passwordWeakness(value, [...(props.personal ?? []), "karyoloop"]) : null;
  const missing = PASSWORD_MIN_LENGTH - [...value].length;
  return (
    <PasswordInput
      label="New password"
      description={
        value !== "" && missing > 0
          ? `${missing} more ${missing === 1 ? "character" : "characters"}`
          : `At least ${PASSWORD_MIN_LENGTH} characters; a few words are easier to keep than signs`
      }
      autoComplete="new-password"
      required
      value={value}
      error={weakness?.what}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
