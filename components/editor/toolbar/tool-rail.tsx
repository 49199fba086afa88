import { ActionIcon, Divider, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowMerge,
  IconArrowsSplit2,
  IconBoxModel2,
  IconBrush,
  IconEraser,
  IconKeyboard,
  IconLasso,
  IconPlus,
  IconPointer,
  IconRulerMeasure,
  IconSparkles,
  IconWand,
} from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { ToolName } from "../../tools/create-tool.ts";
import { useShownKey, withKey } from "../../ui/shown-keys.tsx";
import styles from "../editor.module.css";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { type Command, commandEntry } from "../keys/commands.ts";
import { useObservable } from "../use-observable.ts";

const tools: readonly { readonly name: ToolName; readonly icon: typeof IconBrush; readonly edits: boolean }[] = [
  { name: "pick", icon: IconPointer, edits: false },
  { name: "brush", icon: IconBrush, edits: true },
  { name: "eraser", icon: IconEraser, edits: true },
  { name: "outline", icon: IconLasso, edits: true },
  { name: "segment", icon: IconSparkles, edits: true },
  { name: "threshold", icon: IconWand, edits: true },
  { name: "split", icon: IconArrowsSplit2, edits: true },
  { name: "merge", icon: IconArrowMerge, edits: true },
  { name: "box", icon: IconBoxModel2, edits: true },
  { name: "measure", icon: IconRulerMeasure, edits: false },
];

/** Tools on the left, each with its key. */
export function ToolRail({ editor }: { editor: EditorController }) {
  const { document } = editor.props();
  const tool = useObservable(editor.store, (state) => state.tool);
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.revision,
    () => 0,
  );
  const { canEdit, undoDepth, redoDepth } = document;
  return (
    <nav className={styles.rail} aria-label="Tools" data-tour="tools">
      {tools.map(({ name, icon: Icon, edits }) => (
        <RailButton
          key={name}
          editor={editor}
          command={`tool.${name}`}
          pressed={tool === name}
          disabled={edits && !canEdit}
          icon={<Icon size={20} stroke={1.7} aria-hidden />}
        />
      ))}
      <Divider className={styles.railLine} w={28} my={2} />
      <RailButton
        editor={editor}
        command="nucleus.new"
        disabled={!canEdit}
        icon={<IconPlus size={20} stroke={1.7} aria-hidden />}
      />
      <RailButton
        editor={editor}
        command="edit.undo"
        disabled={!canEdit || undoDepth === 0}
        icon={<IconArrowBackUp size={20} stroke={1.7} aria-hidden />}
      />
      <RailButton
        editor={editor}
        command="edit.redo"
        disabled={!canEdit || redoDepth === 0}
        icon={<IconArrowForwardUp size={20} stroke={1.7} aria-hidden />}
      />
      <div className={styles.railRest} />
      <RailButton editor={editor} command="page.help" icon={<IconKeyboard size={20} stroke={1.7} aria-hidden />} />
    </nav>
  );
}

interface RailButtonProps {
  readonly editor: EditorController;
  readonly command: Command;
  readonly icon: React.ReactNode;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

function RailButton({ editor, command, icon, pressed, disabled }: RailButtonProps) {
  const { text } = commandEntry(command);
  const key = useShownKey()(command);
  return (
    <Tooltip label={withKey(text, key)} position="right">
      <ActionIcon
        className={styles.railButton}
        size={36}
        variant={pressed ? "filled" : "subtle"}
        color={pressed ? undefined : "gray"}
        aria-label={text}
        aria-keyshortcuts={key || undefined}
        aria-pressed={pressed}
        disabled={disabled}
        data-command={command}
        // The focus stays on the page: Space must go on panning instead of pressing this button again.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => runCommand(editor, command)}
      >
        {icon}
        {key.length === 1 && (
          <span className={styles.railKey} aria-hidden>
            {key}
          </span>
        )}
      </ActionIcon>
    </Tooltip>
  );
}
