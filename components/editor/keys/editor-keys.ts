import type { Command } from "./commands.ts";
import { type KeyChoice, type KeyMap, keyMapOf, parseKeyChoice } from "./key-map.ts";
import { type Keyboard, keyInWords, plainKeyboard } from "./key-words.ts";
import { ANY_DIGIT } from "./stroke.ts";

/** The keys of one person at one keyboard. */
export interface EditorKeys {
  readonly choice: KeyChoice;
  readonly map: KeyMap;
  readonly keyboard: Keyboard;
}

/** `kept`: what `KeptSettings` has under "keys". */
export function editorKeysOf(kept: unknown, keyboard: Keyboard = plainKeyboard): EditorKeys {
  const choice = parseKeyChoice(kept);
  return { choice, map: keyMapOf(choice), keyboard };
}

/** The first key of a command in words; empty where none is set. `digit`: of a row, that one. */
export function shownKeyOf({ map, keyboard }: EditorKeys, command: Command, digit?: number): string {
  const [key = ""] = map.keysOf(command);
  return keyInWords(digit === undefined ? key : key.replace(ANY_DIGIT, String(digit)), keyboard);
}

interface LayoutNavigator {
  readonly keyboard?: { getLayoutMap?(): Promise<ReadonlyMap<string, string>> };
}

/** What this browser says of the keyboard; Firefox and Safari do not say what is printed on it. */
export async function readKeyboard(): Promise<Keyboard> {
  const isMac = /Mac|iPad|iPhone/.test(navigator.platform);
  try {
    const printed = await (navigator as LayoutNavigator).keyboard?.getLayoutMap?.();
    return { isMac, printed: printed ? new Map(printed) : null };
  } catch {
    return { isMac, printed: null }; // inside of another page it is forbidden
  }
}
