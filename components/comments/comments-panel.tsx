import { Button, Loader, Paper, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconMessage } from "@tabler/icons-react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { atStart, useNucleusName } from "../ui/nucleus-names.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { CommentForm } from "./comment-form.tsx";
import type { CommentActs, CommentReader, CommentThread } from "./comments-contract.ts";
import { ThreadCard } from "./thread-card.tsx";

export interface CommentsPanelProps {
  readonly threads: Loaded<readonly CommentThread[]>;
  readonly isResolved: boolean;
  readonly hasMore: boolean;
  readonly reader: CommentReader;
  readonly acts: CommentActs;
  readonly selectedId: string | null;
  /** Where a new comment would be; null: nobody has asked to write one. */
  readonly draft: { readonly placeZyx: Zyx; readonly label: LabelValue | null } | null;
  hrefOf(thread: CommentThread): string;
  problemOf(error: unknown): ProblemFields;
  onResolved(isResolved: boolean): void;
  onMore(): void;
  onShow(thread: CommentThread): void;
  onDraft(): void;
  onDraftDone(): void;
  onFailed(error: unknown): void;
}

/** What was said about places and nuclei of the volume. */
export function CommentsPanel(props: CommentsPanelProps) {
  const { threads, isResolved, reader, acts, draft } = props;
  const nameOf = useNucleusName();
  return (
    <Stack gap="sm" p="sm">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Which conversations"
        data={[
          { value: "open", label: "Open" },
          { value: "resolved", label: "Resolved" },
        ]}
        value={isResolved ? "resolved" : "open"}
        onChange={(value) => props.onResolved(value === "resolved")}
      />
      {reader.canWrite && !draft && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconMessage size={14} aria-hidden />}
          rightSection={
            <Text span size="xs" c="dimmed">
              Shift+A
            </Text>
          }
          onClick={props.onDraft}
        >
          Comment here
        </Button>
      )}
      {draft && (
        <Paper withBorder p="xs" role="group" aria-label="New comment">
          <Text size="xs" fw={600} mb={4}>
            {draft.label === null ? `At ${draft.placeZyx.map(Math.floor).join(", ")}` : atStart(nameOf(draft.label))}
          </Text>
          <CommentForm
            key={`${draft.placeZyx.join()} ${draft.label}`}
            label="Write a comment"
            button="Comment"
            members={reader.members}
            problemOf={props.problemOf}
            onSend={async (text) => {
              await acts.begin(draft, text);
              props.onDraftDone();
            }}
            onCancel={props.onDraftDone}
          />
        </Paper>
      )}
      <Threads {...props} />
      {threads.data && props.hasMore && (
        <Button size="compact-sm" variant="subtle" onClick={props.onMore}>
          Earlier ones
        </Button>
      )}
    </Stack>
  );
}

function Threads(props: CommentsPanelProps) {
  const { threads, isResolved, draft, selectedId } = props;
  if (!threads.data)
    return threads.problem ? (
      <ProblemAlert problem={threads.problem} onRetry={threads.retry} />
    ) : (
      <Loader size="sm" m="md" aria-label="Loading the comments" />
    );
  if (threads.data.length === 0)
    return draft ? null : (
      <EmptyState
        icon={<IconMessage size={28} stroke={1.4} />}
        title={isResolved ? "Nothing resolved yet" : "No comments"}
        text={
          isResolved
            ? "Conversations that are done with are kept here."
            : "Ask the others about a nucleus or a place: whoever opens this volume sees it, and a pin in the panes."
        }
      />
    );
  return (
    <>
      {threads.problem && (
        <Text size="xs" c="yellow.4" role="status">
          These may be old: the server cannot be reached.
        </Text>
      )}
      {threads.data.map((thread) => (
        <ThreadCard
          key={thread.id}
          thread={thread}
          reader={props.reader}
          acts={props.acts}
          isSelected={thread.id === selectedId}
          href={props.hrefOf(thread)}
          problemOf={props.problemOf}
          onShow={() => props.onShow(thread)}
          onFailed={props.onFailed}
        />
      ))}
    </>
  );
}
