import { useEffect } from "react";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { KeyReader } from "./key-reader.ts";
import { keyInWords } from "./key-words.ts";

/** What goes on while a key is held down. */
const repeats =
  /^(view\.(?!picture|panePicture|film)|scene\.(turn|nearer|farther)|brush|place\.(?!measure)|nucleus\.(next|previous))/;

/** Keys work wherever the focus is, except while somebody types or a dialog of another part is open. */
export function useEditorKeys(editor: EditorController): void {
  useEffect(() => {
    const reader = new KeyReader();
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isForTyping(event) || isForWidget(event)) return;
      const { sheet } = editor.store.get();
      if (sheet !== null && sheet !== "help") return; // a dialog has the keys, wherever the focus is
      const { map, keyboard } = editor.keys.get();
      const { key, code, ctrlKey, metaKey, shiftKey, altKey, timeStamp } = event;
      const altGraph = event.getModifierState("AltGraph");
      const read = reader.read({ key, code, ctrlKey, metaKey, shiftKey, altKey, altGraph }, map, timeStamp);
      if (read.kind === "none") return;
      if (read.kind !== "command") {
        event.preventDefault();
        if (read.kind === "begun" && !event.repeat)
          editor.notify({ tone: "info", text: `${keyInWords(read.stroke, keyboard)} … and now the second key.` });
        return;
      }
      const { command, digit } = read;
      const { reshape, segment } = editor.store.get();
      if (command === "shape.keep" && !reshape && !segment) return; // a button's
      if (event.repeat && !repeats.test(command)) return;
      event.preventDefault();
      runCommand(editor, command, digit);
    };
    // Before the viewer, which cancels a gesture on Escape: what is half done must still be seen here.
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [editor]);
}

function isForTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  // Not a list box: a click in the list of nuclei must not silence the keys, and it takes the arrows only.
  if (target.closest("[role=dialog]:not([data-editor-help]), [role=menu]")) return true;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  // A drop-down that has closed keeps the focus, and nobody types into it.
  if (target instanceof HTMLInputElement && target.readOnly) return target.getAttribute("aria-expanded") === "true";
  // Radio buttons and checkboxes are inputs too, but nobody types into them.
  return target instanceof HTMLInputElement && !/^(radio|checkbox|button|range)$/.test(target.type);
}

/** Lists, tabs and sliders that have the focus are moved in by the arrows. */
const isForWidget = ({ key, target }: KeyboardEvent): boolean =>
  /^(Arrow|Home|End)/.test(key) &&
  target instanceof HTMLElement &&
  target.closest("[role=listbox], [role=tab], [role=slider], [role=radiogroup], input") !== null;
