import {
  ActionIcon,
  Button,
  Group,
  Kbd,
  Modal,
  ScrollArea,
  Select,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconArrowBackUp, IconPlus, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { type Command, type CommandEntry, commandEntry, commands, keyGroups } from "./commands.ts";
import type { EditorKeys } from "./editor-keys.ts";
import { type KeyChoice, ownKeys, withKeys, withoutChange } from "./key-map.ts";
import { KeyRecorder } from "./key-recorder.tsx";
import { isKeySetId, keySetIds, keySets } from "./key-sets.ts";
import { keyInWords } from "./key-words.ts";

interface KeysDialogProps {
  readonly opened: boolean;
  readonly keys: EditorKeys;
  onChoose(choice: KeyChoice): void;
  onClose(): void;
}

/** All commands with their keys, each of which can be changed. */
export function KeysDialog({ opened, keys, onChoose, onClose }: KeysDialogProps) {
  const [sought, setSought] = useState("");
  const [recording, setRecording] = useState<Command | null>(null);
  /** The focus comes back to its row. */
  const [recorded, setRecorded] = useState<Command | null>(null);
  const { choice } = keys;
  const changed = Object.keys(choice.changes).length;
  const endRecording = (): void => {
    setRecorded(recording);
    setRecording(null);
  };
  const close = (): void => {
    setRecording(null);
    setRecorded(null);
    onClose();
  };
  const isSought = ({ text, command }: CommandEntry & { command: Command }): boolean =>
    [text, ...keys.map.keysOf(command).map((key) => keyInWords(key, keys.keyboard))]
      .join(" ")
      .toLowerCase()
      .includes(sought.trim().toLowerCase());
  const found = commands.filter(isSought);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Keys"
      size={720}
      // Escape ends a recording first.
      closeOnEscape={recording === null}
      data-testid="keys-dialog"
    >
      <Stack gap="sm">
        <Group align="flex-end" wrap="nowrap">
          <Select
            label="Keys as in"
            description="What the other program has no counterpart for keeps Karyoloop's key"
            data={keySetIds.map((value) => ({ value, label: keySets[value].name }))}
            value={choice.set}
            allowDeselect={false}
            onChange={(value) => isKeySetId(value) && onChoose({ set: value, changes: choice.changes })}
            flex={1}
          />
          <Button
            variant="default"
            disabled={changed === 0 && choice.set === ownKeys.set}
            onClick={() => onChoose(changed > 0 ? { set: choice.set, changes: {} } : ownKeys)}
          >
            {changed > 0 ? `Take ${changed === 1 ? "1 change" : `${changed} changes`} back` : "Karyoloop's own"}
          </Button>
        </Group>
        <TextInput
          aria-label="Find a command or a key"
          placeholder="Find a command or a key"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
        <ScrollArea.Autosize
          // The bar would lie over the buttons of the rows.
          offsetScrollbars="y"
          mah="52dvh"
          viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Commands and their keys" }}
        >
          {found.length === 0 && (
            <Text size="sm" c="dimmed" role="status">
              No command and no key is called so.
            </Text>
          )}
          {keyGroups.map((group) => {
            const rows = found.filter((one) => one.group === group);
            return (
              rows.length > 0 && (
                <section key={group} aria-label={group}>
                  <Text size="xs" fw={700} tt="uppercase" c="dimmed" mt="sm" mb={4}>
                    {group}
                  </Text>
                  <Stack gap={2}>
                    {rows.map(({ command }) =>
                      recording === command ? (
                        <KeyRecorder
                          key={command}
                          keys={keys}
                          command={command}
                          onKey={(key) => {
                            onChoose(withKeys(choice, command, [...keys.map.keysOf(command), key].slice(-4)));
                            endRecording();
                          }}
                          onCancel={endRecording}
                        />
                      ) : (
                        <CommandRow
                          key={command}
                          keys={keys}
                          command={command}
                          wasRecorded={recorded === command}
                          onRecord={() => setRecording(command)}
                          onChoose={onChoose}
                        />
                      ),
                    )}
                  </Stack>
                </section>
              )
            );
          })}
        </ScrollArea.Autosize>
      </Stack>
    </Modal>
  );
}

interface CommandRowProps {
  readonly keys: EditorKeys;
  readonly command: Command;
  readonly wasRecorded: boolean;
  onRecord(): void;
  onChoose(choice: KeyChoice): void;
}

function CommandRow({ keys: { map, choice, keyboard }, command, wasRecorded, onRecord, onChoose }: CommandRowProps) {
  const { text, isFixed }: CommandEntry = commandEntry(command);
  const own = map.keysOf(command);
  const another = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row comes in place of the recorder
  useEffect(() => {
    if (wasRecorded) another.current?.focus();
  }, []);
  return (
    <Group gap={8} wrap="nowrap" justify="space-between" mih={28} data-command={command}>
      <Text size="sm">{text}</Text>
      <Group gap={4} wrap="nowrap" style={{ flex: "none" }}>
        {own.length === 0 && (
          <Text size="xs" c="dimmed">
            no key
          </Text>
        )}
        {own.map((key) => (
          <Group key={key} gap={0} wrap="nowrap">
            <Kbd size="sm" style={{ whiteSpace: "nowrap" }}>
              {keyInWords(key, keyboard)}
            </Kbd>
            {!isFixed && (
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label={`Remove ${keyInWords(key, keyboard)} from: ${text}`}
                onClick={() =>
                  onChoose(
                    withKeys(
                      choice,
                      command,
                      own.filter((other) => other !== key),
                    ),
                  )
                }
              >
                <IconX size={13} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        {!isFixed && (
          <Tooltip label="Another key">
            <ActionIcon
              ref={another}
              size="sm"
              variant="default"
              aria-label={`Another key for: ${text}`}
              onClick={onRecord}
            >
              <IconPlus size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        {choice.changes[command] && (
          <Tooltip label="As it was">
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`As it was: ${text}`}
              onClick={() => onChoose(withoutChange(choice, command))}
            >
              <IconArrowBackUp size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
    </Group>
  );
}
