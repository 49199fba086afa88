import { useCallback, useSyncExternalStore } from "react";
import type { ShownKey } from "../../ui/shown-keys.tsx";
import type { Observable } from "../observable.ts";
import { isCommand } from "./commands.ts";
import { type EditorKeys, shownKeyOf } from "./editor-keys.ts";

/** For everything on the page that shows a key. */
export function useKeysOf(keys: Observable<EditorKeys>): ShownKey {
  const now = useSyncExternalStore(keys.subscribe, keys.get, keys.get);
  return useCallback((command) => (isCommand(command) ? shownKeyOf(now, command) : ""), [now]);
}

/** The key of a channel by its place; empty from the tenth on. */
export function useChannelKey(keys: Observable<EditorKeys>): (place: number) => string {
  const now = useSyncExternalStore(keys.subscribe, keys.get, keys.get);
  return (place) => (place < 9 ? shownKeyOf(now, "view.channel", place + 1) : "");
}
