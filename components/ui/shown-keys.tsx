import { Kbd } from "@mantine/core";
import { createContext, useContext } from "react";

/** The key that is set for a command of the editor, as it is found on this keyboard; empty where none is, and outside of the editor. */
export type ShownKey = (command: string) => string;

const noKeys: ShownKey = () => "";

export const ShownKeys = createContext<ShownKey>(noKeys);

export const useShownKey = (): ShownKey => useContext(ShownKeys);

/** The key of a command, on its button. */
export function KeyMark({ command }: { command: string }) {
  const key = useShownKey()(command);
  return key === "" ? null : (
    <Kbd size="xs" style={{ whiteSpace: "nowrap" }}>
      {key}
    </Kbd>
  );
}

/** "Fly to it (F)", or without a key the words alone. */
export const withKey = (words: string, key: string): string => (key === "" ? words : `${words} (${key})`);
