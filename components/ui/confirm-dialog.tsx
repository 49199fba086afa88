import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "./problem-alert.tsx";

export interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  readonly text: string;
  /** What the button says, e.g. "Delete the project". */
  readonly confirmLabel: string;
  /** Must be typed before the button works: the second question, for what cannot be brought back. */
  readonly typeToConfirm?: string;
  readonly pending?: boolean;
  readonly problem?: ProblemFields | null;
  onConfirm(): void;
  onClose(): void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  const close = () => {
    setTyped("");
    props.onClose();
  };
  const blocked = props.typeToConfirm !== undefined && typed.trim() !== props.typeToConfirm.trim();
  return (
    <Modal opened={props.opened} onClose={close} title={props.title}>
      <Stack>
        <Text size="sm">{props.text}</Text>
        {props.typeToConfirm !== undefined && (
          <TextInput
            label={`Type “${props.typeToConfirm}” to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {props.problem && <ProblemAlert problem={props.problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button color="red" disabled={blocked} loading={props.pending} onClick={props.onConfirm}>
            {props.confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
