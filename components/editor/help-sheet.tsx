import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import type { NucleusClass } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";
import { digitHelp, type KeyBinding, keyGroups, keymap, pointerHelp } from "./keymap.ts";
import { useObservable } from "./use-observable.ts";

/** All keys, made from the keymap itself. */
export function HelpSheet({ editor, classes }: { editor: EditorController; classes: readonly NucleusClass[] }) {
  const opened = useObservable(editor.store, (state) => state.helpOpen);
  const bindings: readonly KeyBinding[] = keymap;
  return (
    <Modal
      opened={opened}
      onClose={() => editor.store.set({ helpOpen: false })}
      title="Keys of the editor"
      size={1040}
      attributes={{ content: { "data-editor-help": true } }}
    >
      <div style={{ columns: 3, columnGap: 32 }}>
        {keyGroups.map((group) => (
          <Section key={group} title={group}>
            {bindings
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <Row key={entry.command} keys={entry.keys} text={entry.text} />
              ))}
            {group === "View" && digitHelp.map(({ keys, text }) => <Row key={keys} keys={[keys]} text={text} />)}
            {group === "Nucleus" &&
              classes.map(
                (entry) =>
                  entry.digit !== null && (
                    <Row key={entry.name} keys={[String(entry.digit)]} text={`Class ${entry.name}`} />
                  ),
              )}
          </Section>
        ))}
        <Section title="Mouse and pen">
          {pointerHelp.map((entry) => (
            <Row key={entry.gesture} keys={[entry.gesture]} text={entry.text} />
          ))}
        </Section>
      </div>
    </Modal>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack gap={4} mb="md" style={{ breakInside: "avoid" }}>
      <Text size="xs" fw={700} tt="uppercase" c="dimmed">
        {title}
      </Text>
      {children}
    </Stack>
  );
}

function Row({ keys, text }: { keys: readonly string[]; text: string }) {
  return (
    <Group gap={8} wrap="nowrap" align="flex-start" justify="space-between">
      <Text size="xs">{text}</Text>
      <Group gap={4} wrap="nowrap" justify="flex-end">
        {keys.map((key) => (
          <Kbd key={key} size="xs">
            {key}
          </Kbd>
        ))}
      </Group>
    </Group>
  );
}
