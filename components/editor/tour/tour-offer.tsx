import { Button, Group, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import styles from "../editor.module.css";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";

/** Asked once of each person, on whichever computer: it waits until it is known whether they were. */
export function TourOffer({ editor }: { editor: EditorController }) {
  const { settings } = editor.props();
  const isOpen = useSyncExternalStore(
    (listener) => settings.subscribe(listener),
    () => settings.isKnown && settings.get("tour") === undefined,
    () => false,
  );
  if (!isOpen) return null;
  const answer = (isTaken: boolean): void => {
    settings.set("tour", { seenAt: new Date().toISOString(), isTaken });
    if (isTaken) runCommand(editor, "page.tour");
  };
  return (
    <section className={styles.card} aria-label="Tour" data-testid="tour-offer">
      <Group gap={8} wrap="nowrap" justify="space-between">
        <Text size="xs">New here? Five steps show this page, in a minute.</Text>
        <Group gap={6} wrap="nowrap">
          <Button size="compact-xs" variant="light" onClick={() => answer(true)}>
            Show me
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => answer(false)}>
            No, thanks
          </Button>
        </Group>
      </Group>
    </section>
  );
}
