import { Button, Group, Stack, Textarea } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { MAX_COMMENT_LENGTH, type Mentionable } from "../../core/comments/mentions.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";

interface CommentFormProps {
  readonly label: string;
  readonly button: string;
  readonly members: readonly Mentionable[];
  readonly text?: string;
  problemOf(error: unknown): ProblemFields;
  /** The form is done with once it resolves. */
  onSend(text: string): Promise<void>;
  onCancel?(): void;
}

const MOST_OFFERED = 5;

/** Plain text; behind an @ the members are offered. What could not be sent stays in the form. */
export function CommentForm({
  label,
  button,
  members,
  text: before = "",
  problemOf,
  onSend,
  onCancel,
}: CommentFormProps) {
  const [text, setText] = useState(before);
  const [caret, setCaret] = useState(before.length);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemFields | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = /(?:^|[\s(])@([^\s@][^@\n]{0,40})?$/u.exec(text.slice(0, caret));
  const begun = (typed?.[1] ?? "").toLowerCase();
  const offered = typed
    ? members.filter(({ name }) => name.toLowerCase().startsWith(begun) && name.toLowerCase() !== begun)
    : [];
  const mention = ({ name }: Mentionable): void => {
    const at = caret - (typed?.[1] ?? "").length;
    setText(`${text.slice(0, at)}${name} ${text.slice(caret)}`);
    setCaret(at + name.length + 1);
    field.current?.focus();
  };
  const send = async (): Promise<void> => {
    if (busy || text.trim() === "") return;
    setBusy(true);
    setProblem(null);
    try {
      await onSend(text.trim());
      setText("");
      setCaret(0);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
    if (event.key === "Escape") onCancel?.();
  };
  return (
    <Stack gap={4}>
      <Textarea
        ref={field}
        size="xs"
        aria-label={label}
        placeholder={`${label}  ( @ mentions somebody )`}
        autoFocus={onCancel !== undefined}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={MAX_COMMENT_LENGTH}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      {offered.length > 0 && (
        <Group gap={4} role="group" aria-label="Mention">
          {offered.slice(0, MOST_OFFERED).map((member) => (
            <Button key={member.userId} size="compact-xs" variant="light" onClick={() => mention(member)}>
              @{member.name}
            </Button>
          ))}
        </Group>
      )}
      {problem && <ProblemAlert problem={problem} />}
      {(text.trim() !== "" || onCancel) && (
        <Group gap={6}>
          <Button size="compact-xs" loading={busy} disabled={text.trim() === ""} onClick={() => void send()}>
            {button}
          </Button>
          {onCancel && (
            <Button size="compact-xs" variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
