import { ActionIcon, Anchor, Button, CopyButton, Group, Paper, Stack, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconLink, IconPencil, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { splitAtMentions } from "../../core/comments/mentions.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { formatWhen } from "../editor/panel/nucleus-words.ts";
import { atStart, type NameNucleus, useNucleusName } from "../ui/nucleus-names.tsx";
import { CommentForm } from "./comment-form.tsx";
import type { CommentActs, CommentReader, CommentThread, SaidComment } from "./comments-contract.ts";

export interface ThreadCardProps {
  readonly thread: CommentThread;
  readonly reader: CommentReader;
  readonly acts: CommentActs;
  readonly isSelected: boolean;
  /** Address of the editor at this place. */
  readonly href: string;
  problemOf(error: unknown): ProblemFields;
  onShow(): void;
  onFailed(error: unknown): void;
}

/** One conversation: where, what was said, and what this person may do. */
export function ThreadCard({ thread, reader, acts, isSelected, href, problemOf, onShow, onFailed }: ThreadCardProps) {
  const [changing, setChanging] = useState<string | null>(null);
  const nameOf = useNucleusName();
  const mayResolve = reader.canWrite && (reader.isOwner || thread.createdBy === reader.userId);
  const isResolved = thread.resolvedAt !== null;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isSelected) card.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  const attempt = (work: Promise<void>) => void work.catch(onFailed);
  return (
    <Paper
      ref={card}
      withBorder
      p="xs"
      component="article"
      aria-label={`Conversation ${placeWords(thread, nameOf)}`}
      data-thread={thread.id}
      style={isSelected ? { borderColor: "#ffd43b" } : undefined}
    >
      <Stack gap={6}>
        <Group gap={4} wrap="nowrap" justify="space-between">
          <Anchor component="button" type="button" size="xs" fw={600} onClick={onShow}>
            {placeWords(thread, nameOf)}
          </Anchor>
          <Group gap={2} wrap="nowrap">
            <CopyButton value={href}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : "Copy a link to this view"}>
                  <ActionIcon
                    size="sm"
                    variant="subtle"
                    color={copied ? "teal" : "gray"}
                    aria-label="Copy a link to this view"
                    onClick={copy}
                  >
                    {copied ? <IconCheck size={14} aria-hidden /> : <IconLink size={14} aria-hidden />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
            {mayResolve && (
              <Button size="compact-xs" variant="subtle" onClick={() => attempt(acts.resolve(thread.id, !isResolved))}>
                {isResolved ? "Open again" : "Resolve"}
              </Button>
            )}
          </Group>
        </Group>
        {thread.comments.map((comment) =>
          comment.id === changing ? (
            <CommentForm
              key={comment.id}
              label="Change the comment"
              button="Save"
              members={reader.members}
              text={comment.text}
              problemOf={problemOf}
              onSend={async (text) => {
                await acts.change(comment.id, text);
                setChanging(null);
              }}
              onCancel={() => setChanging(null)}
            />
          ) : (
            <Comment
              key={comment.id}
              comment={comment}
              reader={reader}
              onChange={() => setChanging(comment.id)}
              onDelete={() => attempt(acts.delete(comment.id))}
            />
          ),
        )}
        {isResolved && (
          <Text size="xs" c="dimmed">
            Resolved{thread.resolvedBy && ` by ${thread.resolvedBy}`},{" "}
            {formatWhen(thread.resolvedAt?.toISOString() ?? "")}
          </Text>
        )}
        {reader.canWrite && !isResolved && (
          <CommentForm
            label="Reply"
            button="Reply"
            members={reader.members}
            problemOf={problemOf}
            onSend={(text) => acts.reply(thread.id, text)}
          />
        )}
      </Stack>
    </Paper>
  );
}

const placeWords = ({ label, placeZyx }: CommentThread, nameOf: NameNucleus): string =>
  label === null ? `At ${placeZyx.map(Math.floor).join(", ")}` : atStart(nameOf(label));

interface CommentProps {
  readonly comment: SaidComment;
  readonly reader: CommentReader;
  onChange(): void;
  onDelete(): void;
}

function Comment({ comment, reader, onChange, onDelete }: CommentProps) {
  const [isAsking, setAsking] = useState(false);
  const { by, text, createdAt, editedAt, userId } = comment;
  const isOwn = userId === reader.userId;
  return (
    <div>
      <Group gap={4} wrap="nowrap" justify="space-between">
        <Text size="xs" fw={600} truncate>
          {by}
          <Text span size="xs" c="dimmed" fw={400} title={createdAt.toLocaleString("en-GB")}>
            {" "}
            {formatWhen(createdAt.toISOString())}
            {editedAt && ", changed"}
          </Text>
        </Text>
        <Group gap={0} wrap="nowrap">
          {isOwn && reader.canWrite && (
            <ActionIcon size="xs" variant="subtle" color="gray" aria-label="Change this comment" onClick={onChange}>
              <IconPencil size={12} aria-hidden />
            </ActionIcon>
          )}
          {reader.canWrite && (isOwn || reader.isOwner) && (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              aria-label="Delete this comment"
              onClick={() => setAsking(true)}
            >
              <IconTrash size={12} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      </Group>
      {isAsking && (
        <Group gap={6} role="group" aria-label="Delete this comment?">
          <Button size="compact-xs" color="red" variant="light" onClick={onDelete}>
            Delete it
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
        </Group>
      )}
      <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {splitAtMentions(text, reader.members).map((part, i) =>
          part.userId === null ? (
            part.text
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name
            <Text key={i} span fw={600} c={part.userId === reader.userId ? "yellow.4" : "blue.3"}>
              {part.text}
            </Text>
          ),
        )}
      </Text>
    </div>
  );
}
