import { Kbd, Modal, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { LinkedPage } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";
import styles from "./command-palette.module.css";
import { type PaletteEntry, paletteEntries } from "./palette-entries.ts";

/** Everything that the editor can do and go to, found by a few letters. */
export function CommandPalette({ editor }: { editor: EditorController }) {
  const opened = useObservable(editor.store, (state) => state.sheet === "palette");
  const cameFrom = useRef<Element | null>(null);
  if (opened && cameFrom.current === null) cameFrom.current = document.activeElement;
  const close = (): void => {
    editor.store.set({ sheet: null });
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus({ preventScroll: true });
    cameFrom.current = null;
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      withCloseButton={false}
      title="Find a command"
      classNames={{ header: styles.header, body: styles.body }}
      size={560}
      yOffset="10dvh"
      returnFocus={false}
      transitionProps={{ duration: 0 }}
      data-testid="palette"
    >
      {opened && <Finder editor={editor} onClose={close} />}
    </Modal>
  );
}

/** A combobox whose list is always open (WAI-ARIA): the focus stays in the field, and the list has an active option. */
function Finder({ editor, onClose }: { editor: EditorController; onClose(): void }) {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const pages = usePages(editor);
  const entries = useMemo(() => paletteEntries(editor, pages, query), [editor, pages, query]);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const activeEntry = entries[Math.min(active, entries.length - 1)];
  const idOf = (entry: PaletteEntry): string => `${listId}-${entry.id}`;

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView?.({ block: "nearest" });
  });

  const run = (entry: PaletteEntry | undefined): void => {
    if (!entry || entry.objection !== null) return;
    onClose();
    entry.run();
  };

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const wraps = Math.abs(step) === 1;
      const next = Math.min(active, entries.length - 1) + step;
      setActive(
        wraps ? (next + entries.length) % Math.max(1, entries.length) : Math.max(0, Math.min(entries.length - 1, next)),
      );
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(activeEntry);
    }
  };

  return (
    <>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        px="sm"
        role="combobox"
        aria-label="Find a command, a nucleus by its number, a volume or a page"
        placeholder="A command, a nucleus by its number, a volume or a page"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={activeEntry && idOf(activeEntry)}
        autoComplete="off"
        spellCheck={false}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} role="listbox" aria-label="Found" className={styles.list}>
        {entries.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
          <div
            key={entry.id}
            id={idOf(entry)}
            role="option"
            tabIndex={-1}
            aria-selected={entry === activeEntry}
            aria-disabled={entry.objection !== null || undefined}
            className={styles.option}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setActive(entries.indexOf(entry))}
            onClick={() => run(entry)}
          >
            <span className={styles.title}>
              {entry.title}
              {entry.objection !== null && <span className={styles.objection}>{entry.objection}</span>}
            </span>
            <span className={styles.group}>{entry.group}</span>
            {entry.key !== "" && (
              <Kbd size="xs" style={{ whiteSpace: "nowrap" }}>
                {entry.key}
              </Kbd>
            )}
          </div>
        ))}
      </div>
      <Text size="xs" c="dimmed" px="sm" py={8} role="status">
        {entries.length === 0 ? "Nothing is called so." : "↑ ↓ choose, Enter does it, Esc closes."}
      </Text>
    </>
  );
}

function usePages(editor: EditorController): readonly LinkedPage[] {
  const [pages, setPages] = useState<readonly LinkedPage[]>([]);
  useEffect(() => {
    let isOver = false;
    editor
      .props()
      .loadPages()
      .then((loaded) => !isOver && setPages(loaded))
      .catch(() => {}); // without a connection the commands are there
    return () => {
      isOver = true;
    };
  }, [editor]);
  return pages;
}
