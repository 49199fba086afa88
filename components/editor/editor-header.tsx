import { ActionIcon, Anchor, Group, Text, Tooltip } from "@mantine/core";
import { IconChevronRight, IconQuestionMark } from "@tabler/icons-react";
import { useShownKey, withKey } from "../ui/shown-keys.tsx";
import styles from "./editor.module.css";
import { runCommand } from "./editor-commands.ts";
import type { EditorProps } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";
import { SaveStateView } from "./notices/save-state-view.tsx";
import { PeopleHere } from "./people/people-here.tsx";
import { ChannelSwitch } from "./toolbar/channel-switch.tsx";

export function EditorHeader({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const shownKey = useShownKey();
  return (
    <header className={styles.header}>
      <Group gap={4} wrap="nowrap" miw={0} flex={1}>
        <Anchor
          href={props.projectHref}
          data-tour="project"
          title={props.projectName}
          size="sm"
          c="dimmed"
          truncate
          maw={260}
        >
          {props.projectName}
        </Anchor>
        <IconChevronRight size={14} aria-hidden style={{ flex: "none", opacity: 0.6 }} />
        <Text component="h1" size="sm" fw={600} truncate title={props.volumeName}>
          {props.volumeName}
        </Text>
      </Group>
      <ChannelSwitch editor={editor} />
      <SaveStateView document={props.document} />
      {props.trainingStatus}
      <PeopleHere editor={editor} />
      <Tooltip label={withKey("Keys of the editor", shownKey("page.help"))}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Keys of the editor"
          onClick={() => runCommand(editor, "page.help")}
        >
          <IconQuestionMark size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
