import { Avatar, Group, Tooltip, UnstyledButton } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useEffect, useSyncExternalStore } from "react";
import type { Peer } from "../../../core/edit/label-document.ts";
import { useNucleusName } from "../../ui/nucleus-names.tsx";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";
import { followPeer } from "./follow-peer.ts";
import { initialsOf } from "./initials.ts";

const SHOWN = 6;

/** Who else has this volume open. A click follows what that person looks at; any own move ends it. */
export function PeopleHere({ editor }: { editor: EditorController }) {
  const { document } = editor.props();
  const peers = useSyncExternalStore(
    (listener) => document.onPeersChanged(listener),
    () => document.peers(),
    () => document.peers(),
  );
  const followed = useObservable(editor.store, (state) => state.followedClientId);
  useEffect(() => followPeer(editor), [editor]);
  if (peers.length === 0) return null;
  return (
    <Group gap={4} wrap="nowrap" role="group" aria-label="People here">
      {peers.slice(0, SHOWN).map((peer) => (
        <PeerAvatar
          key={peer.clientId}
          peer={peer}
          followed={followed === peer.clientId}
          onFollow={() => editor.store.set({ followedClientId: followed === peer.clientId ? null : peer.clientId })}
        />
      ))}
      {peers.length > SHOWN && (
        <Avatar
          size={26}
          title={peers
            .slice(SHOWN)
            .map((peer) => peer.name)
            .join(", ")}
        >
          +{peers.length - SHOWN}
        </Avatar>
      )}
    </Group>
  );
}

function PeerAvatar({ peer, followed, onFollow }: { peer: Peer; followed: boolean; onFollow(): void }) {
  const nameOf = useNucleusName();
  const doing = peer.selectedLabel ? `, ${nameOf(peer.selectedLabel)}` : "";
  const label = followed ? `Following ${peer.name}: click to stop` : `${peer.name}${doing}: click to follow`;
  return (
    <Tooltip label={label}>
      <UnstyledButton
        onClick={onFollow}
        aria-label={followed ? label : `${initialsOf(peer.name)}: ${label}`}
        aria-pressed={followed}
        data-testid="peer"
      >
        <Avatar
          size={26}
          radius="xl"
          styles={{
            placeholder: { background: peer.color, color: "#10130f", fontSize: 11, fontWeight: 700 },
            root: { outline: followed ? "2px solid white" : undefined, outlineOffset: 1 },
          }}
        >
          {followed ? <IconEye size={15} aria-hidden /> : initialsOf(peer.name)}
        </Avatar>
      </UnstyledButton>
    </Tooltip>
  );
}
