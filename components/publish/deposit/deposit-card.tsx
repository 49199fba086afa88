import { Anchor, Badge, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { type DepositAct, type DepositState, depositActs, placeNames } from "../../../core/publication/deposit.ts";
import { ProblemAlert } from "../../ui/problem-alert.tsx";
import type { DepositView } from "./deposit-view.ts";

export interface DepositCardProps {
  readonly deposit: DepositView;
  /** An owner of the project. */
  readonly mayAct: boolean;
  readonly pending: boolean;
  onAct(act: DepositAct | "forget"): void;
}

const stateWords: Readonly<Record<DepositState, string>> = {
  uploading: "being sent…",
  stopped: "stopped",
  draft: "draft, seen by nobody",
  publishing: "being published…",
  published: "published",
  discarding: "being discarded…",
};
const stateColors: Readonly<Record<DepositState, string>> = {
  uploading: "blue",
  stopped: "orange",
  draft: "gray",
  publishing: "blue",
  published: "teal",
  discarding: "blue",
};
const actLabels: Readonly<Record<DepositAct, string>> = {
  publish: "Publish…",
  goOn: "Go on",
  cancel: "Cancel",
  discard: "Discard the draft",
};

const sizeWords = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(0.1, bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** One deposit: how far it is, its DOI, and what can be done with it. */
export function DepositCard({ deposit, mayAct, pending, onAct }: DepositCardProps) {
  const { state, place, doi, page, problem, bytes, progress, newVersionOf, by, isOwn } = deposit;
  const acts = (Object.keys(actLabels) as DepositAct[]).filter((act) =>
    (depositActs[act].from as readonly DepositState[]).includes(state),
  );
  const idle = state === "draft" || state === "stopped";
  return (
    <Stack gap="xs" role="group" aria-label={`Version ${deposit.version} at ${placeNames[place]}`}>
      <Group gap="sm">
        <Text size="sm" fw={500}>
          {deposit.versionId === null && `Version ${deposit.version}, `}
          {placeNames[place]}
        </Text>
        <Badge color={stateColors[state]} variant="light" tt="none" role="status">
          {stateWords[state]}
        </Badge>
        {by && (
          <Text size="sm" c="dimmed">
            in {isOwn ? "your" : `${by}’s`} account there
          </Text>
        )}
      </Group>
      {state === "uploading" && (
        <div>
          <Progress value={progress * 100} aria-label={`Sending version ${deposit.version}`} animated />
          <Text size="xs" c="dimmed" mt={4}>
            {bytes === null
              ? "The files are looked at and laid out."
              : `${Math.round(progress * 100)} % of ${sizeWords(bytes)}. You may leave this page; after a stop it goes on where it was.`}
          </Text>
        </div>
      )}
      {doi && (
        <Text size="sm">
          {state === "published" ? "DOI " : "Reserved DOI "}
          {state === "published" && place === "zenodo" ? (
            <Anchor href={`https://doi.org/${doi}`} underline="always">
              {doi}
            </Anchor>
          ) : (
            doi
          )}
          {place === "sandbox" && " (of the sandbox: it leads nowhere)"}
          {newVersionOf && `, a new version of record ${newVersionOf}`}
        </Text>
      )}
      {page && (state === "published" || isOwn) && (
        <Anchor href={page} target="_blank" rel="noreferrer" size="sm" underline="always">
          {state === "published" ? "The record" : "The draft"} at {placeNames[place]}{" "}
          <IconExternalLink size={14} aria-hidden />
        </Anchor>
      )}
      {state === "draft" && (
        <Text size="xs" c="dimmed">
          It is seen in the account that it was made with, and by nobody else. Until it is published its DOI leads
          nowhere.
        </Text>
      )}
      {problem && <ProblemAlert problem={problem} />}
      {mayAct && (
        <Group gap="xs">
          {isOwn &&
            acts.map((act) => (
              <Button
                key={act}
                size="compact-sm"
                variant={act === "publish" || act === "goOn" ? "filled" : "default"}
                color={act === "discard" ? "red" : undefined}
                loading={pending}
                onClick={() => onAct(act)}
              >
                {actLabels[act]}
              </Button>
            ))}
          {idle && (
            <Button size="compact-sm" variant="subtle" color="gray" loading={pending} onClick={() => onAct("forget")}>
              Take off this list
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
