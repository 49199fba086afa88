import { Text, Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
  IconLock,
  IconPlugConnected,
} from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { LabelDocument, SaveState } from "../../../core/edit/label-document.ts";
import { saveStateWords } from "./save-state-words.ts";

const looks: Readonly<Record<SaveState["kind"], { icon: typeof IconLock; color: string; more: string }>> = {
  saved: { icon: IconCloudCheck, color: "teal.4", more: "Everything you did is in the server's database." },
  saving: {
    icon: IconCloudUp,
    color: "gray.4",
    more: "On the way to the server's database; also kept on this computer.",
  },
  offline: {
    icon: IconCloudOff,
    color: "yellow.5",
    more: "Go on working. Your edits are kept here and merge with the others' when the server is back.",
  },
  connecting: { icon: IconPlugConnected, color: "gray.4", more: "Connecting to the server." },
  "read-only": { icon: IconLock, color: "yellow.5", more: "You can look at everything and change nothing." },
  refused: { icon: IconAlertTriangle, color: "red.5", more: "The server did not accept one of your edits." },
};

function moreOf(state: SaveState): string {
  if (state.kind === "read-only") return state.reason;
  if ("trouble" in state && state.trouble)
    return "It tries again by itself. Your edits are kept here, and go on being kept; tell whoever runs this server.";
  return looks[state.kind].more;
}

export function SaveStateView({ document }: { document: LabelDocument }) {
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.revision,
    () => 0,
  );
  const state = document.saveState;
  const look = looks[state.kind];
  return (
    <Tooltip label={moreOf(state)} multiline maw={320}>
      <Text
        component="span"
        size="sm"
        c={look.color}
        style={{ display: "inline-flex", gap: 6, alignItems: "center", whiteSpace: "nowrap" }}
        role="status"
        data-testid="save-state"
        data-state={state.kind}
      >
        <look.icon size={17} stroke={1.8} aria-hidden />
        {saveStateWords(state)}
      </Text>
    </Tooltip>
  );
}
