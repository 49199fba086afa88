import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReviewState } from "../../core/review/review-state.ts";
import { formatWhen } from "../editor/panel/nucleus-words.ts";
import { ReviewMark } from "./review-mark.tsx";
import { reviewWords, saidWords } from "./review-words.ts";
import { MAX_NOTE_LENGTH, type NucleusReview } from "./second-look-contract.ts";

export interface NucleusReviewLinesProps {
  readonly state: ReviewState;
  /** Undefined while it is on its way. */
  readonly review: NucleusReview | null | undefined;
  readonly userId: string;
  readonly canJudge: boolean;
  /** Another page holds it, by this name. */
  readonly heldBy: string | null;
  readonly busy: boolean;
  onApprove(): void;
  onSendBack(note: string): void;
  onTakeBack(): void;
  onAnswer(note: string): void;
}

/** Of the selected nucleus: how its second look stands, what was said, and what this person may say. */
export function NucleusReviewLines(props: NucleusReviewLinesProps) {
  const { state, review, userId, canJudge, heldBy, busy } = props;
  const [writing, setWriting] = useState<"sent-back" | "answer" | null>(null);
  const lastSaid = review?.said[0];
  const mayJudge = canJudge && review != null && !review.isOwn && heldBy === null;
  const small = { size: "compact-xs", variant: "default", disabled: busy } as const;
  return (
    <Stack gap={4} data-testid="nucleus-review">
      <Group gap={6} wrap="nowrap">
        <ReviewMark state={state} />
        <Text size="xs">
          {heldBy ? `${heldBy} is looking at it` : reviewWords[state]}
          {review?.isOwn && state === "waiting" && " (not yours: it is your work)"}
        </Text>
      </Group>
      {lastSaid && (
        <Text size="xs" c="dimmed" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} lineClamp={6}>
          {lastSaid.by} {saidWords[lastSaid.kind]}, {formatWhen(lastSaid.at.toISOString())}
          {lastSaid.note && `: ${lastSaid.note}`}
        </Text>
      )}
      {writing ? (
        <NoteForm
          label={writing === "sent-back" ? "What is wrong with it?" : "Why is it right as it is?"}
          button={writing === "sent-back" ? "Send back" : "Answer"}
          busy={busy}
          onCancel={() => setWriting(null)}
          onSend={(note) => {
            setWriting(null);
            if (writing === "sent-back") props.onSendBack(note);
            else props.onAnswer(note);
          }}
        />
      ) : (
        <Group gap={6}>
          {mayJudge && state !== "approved" && (
            <Button {...small} onClick={props.onApprove}>
              Approve
            </Button>
          )}
          {mayJudge && state !== "sent-back" && (
            <Button {...small} onClick={() => setWriting("sent-back")}>
              Send back…
            </Button>
          )}
          {canJudge && review?.isOwn && state === "sent-back" && (
            <Button {...small} onClick={() => setWriting("answer")}>
              It is right as it is…
            </Button>
          )}
          {canJudge && lastSaid?.userId === userId && (state === "approved" || state === "sent-back") && (
            <Button {...small} onClick={props.onTakeBack}>
              Take my word back
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}

interface NoteFormProps {
  readonly label: string;
  readonly button: string;
  readonly busy: boolean;
  onSend(note: string): void;
  onCancel(): void;
}

function NoteForm({ label, button, busy, onSend, onCancel }: NoteFormProps) {
  const [note, setNote] = useState("");
  return (
    <Stack gap={4}>
      <Textarea
        autoFocus
        size="xs"
        label={label}
        autosize
        minRows={1}
        maxRows={4}
        maxLength={MAX_NOTE_LENGTH}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && note.trim()) onSend(note.trim());
        }}
      />
      <Group gap={6}>
        <Button size="compact-xs" loading={busy} disabled={note.trim() === ""} onClick={() => onSend(note.trim())}>
          {button}
        </Button>
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Do not
        </Button>
      </Group>
    </Stack>
  );
}
