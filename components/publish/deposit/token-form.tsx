import { Anchor, Button, Group, PasswordInput, Text } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../../core/problem.ts";
import { type DepositPlace, placeNames } from "../../../core/publication/deposit.ts";
import { ProblemAlert } from "../../ui/problem-alert.tsx";

export interface TokenFormProps {
  readonly place: DepositPlace;
  /** Since when one is kept; null where none is. */
  readonly keptSince: Date | null;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  onKeep(token: string): void;
  onRemove(): void;
}

const tokenPages: Readonly<Record<DepositPlace, string>> = {
  zenodo: "https://zenodo.org/account/settings/applications/tokens/new/",
  sandbox: "https://sandbox.zenodo.org/account/settings/applications/tokens/new/",
};

/** A person's own token for a place. It is typed once, and never shown again. */
export function TokenForm({ place, keptSince, pending, problem, onKeep, onRemove }: TokenFormProps) {
  const [token, setToken] = useState("");
  if (keptSince)
    return (
      <Group gap="sm">
        <Text size="sm">
          Your token for {placeNames[place]} is kept since{" "}
          {keptSince.toLocaleDateString("en-GB", { dateStyle: "medium" })}.
        </Text>
        <Button size="compact-sm" variant="subtle" color="red" loading={pending} onClick={onRemove}>
          Remove it
        </Button>
        {problem && <ProblemAlert problem={problem} />}
      </Group>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onKeep(token);
      }}
    >
      <Group align="flex-end" gap="sm">
        <PasswordInput
          label={`Your token for ${placeNames[place]}`}
          description={
            <>
              Made on{" "}
              <Anchor href={tokenPages[place]} target="_blank" rel="noreferrer" underline="always" inherit>
                its page for tokens
              </Anchor>
              , with the scopes deposit:write and deposit:actions. It is kept encrypted, and used for nothing but your
              drafts.
            </>
          }
          autoComplete="off"
          required
          flex={1}
          miw={280}
          maxLength={300}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={pending} disabled={token.trim() === ""}>
          Keep it
        </Button>
      </Group>
      {problem && <ProblemAlert problem={problem} />}
    </form>
  );
}
