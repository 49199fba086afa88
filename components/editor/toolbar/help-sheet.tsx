import { Button, Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { runCommand } from "../editor-commands.ts";
import type { NucleusClass } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import { commands, keyGroups, pointerHelp } from "../keys/commands.ts";
import { shownKeyOf } from "../keys/editor-keys.ts";
import { keyInWords } from "../keys/key-words.ts";
import { useObservable } from "../use-observable.ts";

/** All keys that are set, and what the pointer does. */
export function HelpSheet({ editor, classes }: { editor: EditorController; classes: readonly NucleusClass[] }) {
  const sheet = useObservable(editor.store, (state) => state.sheet);
  const keys = useObservable(editor.keys, (all) => all);
  const bound = commands.filter(({ command }) => keys.map.keysOf(command).length > 0);
  return (
    <Modal
      opened={sheet === "help"}
      // Not where it leads on to another sheet, which has the focus then.
      returnFocus={sheet === null}
      onClose={() => editor.store.set({ sheet: null })}
      title="Keys of the editor"
      size={1080}
      attributes={{ content: { "data-editor-help": true } }}
    >
      <Group gap="xs" mb="md">
        <Button size="xs" variant="default" onClick={() => runCommand(editor, "page.keys")}>
          Change the keys
        </Button>
        <Button size="xs" variant="default" onClick={() => runCommand(editor, "page.palette")}>
          Find a command
        </Button>
        <Button size="xs" variant="default" onClick={() => runCommand(editor, "page.tour")}>
          Take the tour
        </Button>
      </Group>
      <div style={{ columns: "300px 3", columnGap: 32 }}>
        {keyGroups.map((group) => (
          <Section key={group} title={group}>
            {bound
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <Row
                  key={entry.command}
                  keys={keys.map.keysOf(entry.command).map((key) => keyInWords(key, keys.keyboard))}
                  text={entry.text}
                />
              ))}
            {group === "Nucleus" &&
              classes.map(({ name, digit }) => {
                const key = digit === null ? "" : shownKeyOf(keys, "nucleus.setClass", digit);
                return key && <Row key={name} keys={[key]} text={`Class ${name}`} />;
              })}
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
      <Group gap={4} justify="flex-end" style={{ flex: "0 1 auto", minWidth: "30%" }}>
        {keys.map((key) => (
          <Kbd key={key} size="xs" style={{ whiteSpace: "nowrap" }}>
            {key}
          </Kbd>
        ))}
      </Group>
    </Group>
  );
}
