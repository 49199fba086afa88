import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { ProblemFields } from "../../../core/problem.ts";
import { type DepositPlace, placeNames } from "../../../core/publication/deposit.ts";
import { type DescribedField, fieldWords } from "../../../core/publication/missing-fields.ts";
import { ProblemAlert } from "../../ui/problem-alert.tsx";

export interface DraftFormProps {
  readonly version: number;
  readonly place: DepositPlace;
  /** What this version does not say, and Zenodo asks for. */
  readonly missing: readonly DescribedField[];
  readonly hasToken: boolean;
  /** The person's last record of this project there: its number. */
  readonly lastRecord: string | null;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  /** Null where there is no choice. */
  readonly onPlace: ((place: DepositPlace) => void) | null;
  onMake(earlierRecord: string): void;
  /** The token's form. */
  readonly children: ReactNode;
}

/** Where to, as what, with whose token: a draft, which is published by a second act. */
export function DraftForm(props: DraftFormProps) {
  const { version, place, missing, hasToken, lastRecord, pending, problem, onPlace, onMake, children } = props;
  const [earlier, setEarlier] = useState<string | null>(null);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        A draft there gets a DOI at once, which you can cite in a paper before anybody sees the data. Publishing it is a
        second step.
      </Text>
      {onPlace && (
        <Switch
          label="Try it in the sandbox"
          description="A Zenodo where nothing counts: its DOIs lead nowhere, and what lies there may be deleted. It has accounts and tokens of its own."
          checked={place === "sandbox"}
          onChange={(event) => onPlace(event.currentTarget.checked ? "sandbox" : "zenodo")}
        />
      )}
      {missing.length > 0 && (
        <Text size="sm" c="var(--warning-text)">
          Version {version} does not say what Zenodo asks for: {missing.map((field) => fieldWords[field]).join(", ")}.
          Fill it in above, save, and freeze a new version.
        </Text>
      )}
      {children}
      <Group align="flex-end" gap="sm">
        <TextInput
          label="New version of a record"
          description="Number, DOI or address of a record of yours. Empty: a record of its own."
          maxLength={200}
          flex={1}
          miw={280}
          value={earlier ?? lastRecord ?? ""}
          error={problem?.where === "earlierRecord" ? problem.what : undefined}
          onChange={(event) => setEarlier(event.currentTarget.value)}
        />
        <Button
          loading={pending}
          disabled={missing.length > 0 || !hasToken}
          onClick={() => onMake(earlier ?? lastRecord ?? "")}
        >
          Make a draft at {placeNames[place]}
        </Button>
      </Group>
      {problem && <ProblemAlert problem={problem} />}
    </Stack>
  );
}
