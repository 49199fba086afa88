import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle, IconLock } from "@tabler/icons-react";
import { useState, useSyncExternalStore } from "react";
import styles from "../editor.module.css";
import type { EditorController } from "../editor-controller.ts";
import { CrossedNotice } from "../own-work/crossed-notice.tsx";

/** What a person must know before going on: reading only, or an edit that was refused. */
export function EditorNotices({ editor }: { editor: EditorController }) {
  const { document, quarantine, weaknesses } = editor.props();
  const [isKnown, setKnown] = useState(false);
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.revision,
    () => 0,
  );
  const state = document.saveState;
  const weak = document.canEdit && !isKnown ? weaknesses() : [];
  return (
    <div className={styles.notices}>
      <CrossedNotice editor={editor} />
      {weak.length > 0 && (
        <Alert
          color="gray"
          icon={<IconInfoCircle aria-hidden />}
          p="xs"
          title="Weaker on this connection"
          withCloseButton
          closeButtonLabel="Understood"
          onClose={() => setKnown(true)}
          data-testid="weaknesses"
        >
          {weak.map((sentence) => (
            <Text key={sentence} size="xs">
              {sentence}
            </Text>
          ))}
        </Alert>
      )}
      {state.kind === "read-only" && (
        <Alert color="yellow" icon={<IconLock aria-hidden />} p="xs" title="Reading only" data-testid="read-only">
          <Text size="xs">{state.reason}</Text>
        </Alert>
      )}
      {state.kind === "refused" && (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          p="xs"
          title="The server refused one of your edits"
          data-testid="refused"
        >
          <Text size="xs">
            {state.reason} The edit is kept on this computer ({state.recordId}); everything else goes on being saved.
          </Text>
          {quarantine && (
            <Group gap={8} mt={6}>
              <Button size="compact-xs" variant="light" color="red" onClick={() => void quarantine.download()}>
                Download it
              </Button>
              <Button size="compact-xs" variant="subtle" color="gray" onClick={quarantine.dismiss}>
                Go on
              </Button>
            </Group>
          )}
        </Alert>
      )}
    </div>
  );
}
