import { Button, Group, Kbd, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { type Command, type CommandEntry, commandEntry } from "./commands.ts";
import type { EditorKeys } from "./editor-keys.ts";
import { conflictsOf } from "./key-map.ts";
import { keyInWords } from "./key-words.ts";
import { recordKey } from "./recordable-key.ts";
import { ANY_DIGIT } from "./stroke.ts";

interface KeyRecorderProps {
  readonly keys: EditorKeys;
  readonly command: Command;
  onKey(key: string): void;
  onCancel(): void;
}

/** Waits for the key that somebody presses, and says whose it is before it is taken. */
export function KeyRecorder({ keys: { map, keyboard }, command, onKey, onCancel }: KeyRecorderProps) {
  const [pressed, setPressed] = useState<string | null>(null);
  /** Two strokes are asked for; the first, once it is there. */
  const [ofTwo, setOfTwo] = useState(false);
  const [begun, setBegun] = useState<string | null>(null);
  const [objection, setObjection] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const { text, keys: own }: CommandEntry = commandEntry(command);
  const isRow = own.some((key) => key.endsWith(ANY_DIGIT));
  const others = pressed === null ? [] : conflictsOf(map, pressed, command);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.target !== box.current) return; // its buttons
    if (event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      onCancel();
      return;
    }
    const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    const altGraph = event.getModifierState("AltGraph");
    const recorded = recordKey({ key, code, ctrlKey, metaKey, shiftKey, altKey, altGraph }, isRow);
    if (!recorded) return;
    setObjection("objection" in recorded ? recorded.objection : null);
    if ("objection" in recorded) setPressed(null);
    else if (ofTwo && begun === null) setBegun(recorded.key);
    else take(begun === null ? recorded.key : `${begun} ${recorded.key}`);
  };

  function take(key: string): void {
    if (conflictsOf(map, key, command).length === 0) onKey(key);
    else setPressed(key);
  }

  return (
    <Group
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={`New key for: ${text}. Press it, or Escape to leave it.`}
      gap={8}
      p={6}
      bd="1px solid blue.5"
      style={{ borderRadius: 4 }}
      onKeyDown={onKeyDown}
      data-testid="key-recorder"
    >
      <Text size="sm" flex="1 1 220px">
        {text}
      </Text>
      {pressed === null ? (
        <Text size="xs" role="status" c={objection ? "yellow.4" : undefined}>
          {objection ?? askFor(isRow, ofTwo, begun === null ? null : keyInWords(begun, keyboard))}
        </Text>
      ) : (
        <>
          <Text size="xs" role="alert">
            <Kbd size="xs">{keyInWords(pressed, keyboard)}</Kbd> is the key of:{" "}
            {others.map((other) => commandEntry(other).text).join("; ")}.
          </Text>
          <Button size="compact-xs" variant="light" onClick={() => onKey(pressed)}>
            Take it
          </Button>
        </>
      )}
      {!isRow && !ofTwo && pressed === null && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            setOfTwo(true);
            box.current?.focus();
          }}
        >
          Two keys in turn
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={onCancel}>
        Leave it
      </Button>
    </Group>
  );
}

function askFor(isRow: boolean, ofTwo: boolean, begun: string | null): string {
  if (isRow) return "Press one of 1 to 9 …";
  if (!ofTwo) return "Press the key …";
  return begun === null ? "Press the first key …" : `${begun} … and now the second key.`;
}
