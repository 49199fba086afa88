import { Anchor, Button, Group, List, Loader, Stack, Text } from "@mantine/core";
import { IconChecks, IconEye } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { atStart, useNucleusName } from "../ui/nucleus-names.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { KeyMark } from "../ui/shown-keys.tsx";
import { SecondLookCard } from "./second-look-card.tsx";
import type { SecondLookFacts } from "./second-look-contract.ts";
import type { SecondLookSession } from "./second-look-session.ts";

export interface SecondLookPanelProps {
  readonly session: SecondLookSession;
  readonly facts: Loaded<SecondLookFacts>;
  readonly userId: string;
  readonly canJudge: boolean;
  readonly voxelUm3: number;
  onShow(nucleus: { readonly label: LabelValue; readonly box: VoxelBox }): void;
}

/** Rows at a time: the list of nuclei has all of them, behind its filter. */
const SHOWN_SENT_BACK = 30;

/** The second queue: what others accepted, one nucleus after the other. */
export function SecondLookPanel({ session, facts, userId, canJudge, voxelUm3, onShow }: SecondLookPanelProps) {
  const nameOf = useNucleusName();
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState);
  const last = useSyncExternalStore(session.subscribe, session.getLast, () => null);
  const isBusy = useSyncExternalStore(session.subscribe, session.getBusy, () => false);
  if (facts.problem && !facts.data) return <ProblemAlert problem={facts.problem} onRetry={facts.retry} />;
  if (!facts.data) return <Loader size="sm" m="md" aria-label="Loading the second look" />;
  const { isAskedFor, waiting, approved, sentBack, holders } = facts.data;
  if (!isAskedFor && waiting + approved + sentBack.length === 0)
    return (
      <EmptyState
        icon={<IconChecks size={28} stroke={1.4} />}
        title="No second look here"
        text="An owner can ask for it in the project's settings: accepted nuclei are then looked at by another person."
      />
    );
  const others = holders.filter((holder) => holder.userId !== userId);
  return (
    <Stack gap="sm">
      {state.kind === "looking" ? (
        <SecondLookCard session={session} state={state} busy={isBusy} voxelUm3={voxelUm3} />
      ) : (
        <>
          <Text size="sm" aria-live="polite">
            {waitingWords(waiting, state.kind === "empty" ? state.skipped : null)}
          </Text>
          <Button
            size="sm"
            loading={state.kind === "asking" || isBusy}
            disabled={!canJudge || waiting === 0}
            rightSection={<KeyMark command="review.next" />}
            onClick={session.next}
          >
            {state.kind === "empty" && state.skipped > 0 ? "Ask the skipped ones again" : "Next nucleus"}
          </Button>
          {!canJudge && (
            <Text size="xs" c="dimmed">
              You are a viewer here: ask an owner of the project to be made an annotator.
            </Text>
          )}
        </>
      )}
      {last && (
        <Group gap={6} justify="space-between" wrap="nowrap">
          <Text size="xs" c="dimmed" role="status">
            You {last.verdict === "approved" ? "approved" : "sent back"} {nameOf(last.label)}.
          </Text>
          <Button size="compact-xs" variant="subtle" disabled={isBusy} onClick={() => void session.takeLastBack()}>
            Take it back
          </Button>
        </Group>
      )}
      <Text size="xs" c="dimmed">
        {approved.toLocaleString("en-US")} approved · {waiting.toLocaleString("en-US")} waiting ·{" "}
        {sentBack.length.toLocaleString("en-US")} sent back
      </Text>
      {sentBack.length > 0 && (
        <div>
          <Text size="xs" fw={600} mb={2}>
            Sent back
          </Text>
          <List size="sm" spacing={2}>
            {sentBack.slice(0, SHOWN_SENT_BACK).map((nucleus) => (
              <List.Item key={nucleus.label}>
                <Anchor component="button" type="button" size="sm" onClick={() => onShow(nucleus)}>
                  {atStart(nameOf(nucleus.label))}
                </Anchor>{" "}
                by {nucleus.by}
              </List.Item>
            ))}
          </List>
          {sentBack.length > SHOWN_SENT_BACK && (
            <Text size="xs" c="dimmed">
              The list of nuclei has the others, behind its filter.
            </Text>
          )}
        </div>
      )}
      {others.length > 0 && (
        <Group gap={6} wrap="nowrap" align="flex-start">
          <IconEye size={14} aria-hidden style={{ marginTop: 3, flexShrink: 0 }} />
          <Text size="xs" c="dimmed">
            {others.map(({ name, label }) => `${name} is looking at ${nameOf(label)}`).join(" · ")}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

function waitingWords(waiting: number, skipped: number | null): string {
  if (waiting === 0) return "No nucleus of this volume waits for a second look.";
  if (skipped === null)
    return `${waiting.toLocaleString("en-US")} ${waiting === 1 ? "nucleus waits" : "nuclei wait"} for a second person.`;
  return skipped > 0
    ? "All that is left was skipped on this page, is your own work, or is being looked at by others."
    : "All that is left is your own work, or is being looked at by others.";
}
