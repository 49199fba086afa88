import { ActionIcon, Group, Tooltip } from "@mantine/core";
import {
  IconArrowsDiagonal,
  IconArrowsDiagonalMinimize2,
  IconBucketDroplet,
  IconFocusCentered,
  IconRipple,
  IconStack2,
  IconSun,
} from "@tabler/icons-react";
import { useShownKey, withKey } from "../../ui/shown-keys.tsx";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { commandEntry } from "../keys/commands.ts";
import type { ShapeCommand } from "./shape-commands.ts";

const buttons: readonly { readonly command: ShapeCommand; readonly icon: typeof IconStack2 }[] = [
  { command: "shape.interpolate", icon: IconStack2 },
  { command: "shape.fillHoles", icon: IconBucketDroplet },
  { command: "shape.keepLargest", icon: IconFocusCentered },
  { command: "shape.threshold", icon: IconSun },
  { command: "shape.smooth", icon: IconRipple },
  { command: "shape.grow", icon: IconArrowsDiagonal },
  { command: "shape.shrink", icon: IconArrowsDiagonalMinimize2 },
];

/** The same as the keys, for whoever does not know them yet. */
export function ShapeButtons({ editor, canEdit }: { editor: EditorController; canEdit: boolean }) {
  const shownKey = useShownKey();
  return (
    <Group gap={2} role="group" aria-label="Shape">
      {buttons.map(({ command, icon: Icon }) => {
        const { text } = commandEntry(command);
        return (
          <Tooltip key={command} label={withKey(text, shownKey(command))}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={text}
              disabled={!canEdit}
              data-command={command}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => runCommand(editor, command)}
            >
              <Icon size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        );
      })}
    </Group>
  );
}
