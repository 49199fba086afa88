import { useEffect } from "react";
import { goToBookmark, runCommand, setClassByDigit, showChannel } from "./editor-commands.ts";
import type { EditorController } from "./editor-controller.ts";
import { bookmarkOfKey, channelOfKey, classDigitOfKey, commandOfKey } from "./keymap.ts";

/** Keys work wherever the focus is, except while somebody types or a dialog of another part is open. */
export function useEditorKeys(editor: EditorController): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isForTyping(event)) return;
      const bookmark = bookmarkOfKey(event);
      if (bookmark) {
        event.preventDefault();
        goToBookmark(editor, bookmark.digit, bookmark.isSet);
        return;
      }
      const command = commandOfKey(event);
      const digit = command ? null : classDigitOfKey(event);
      const channel = command ? null : channelOfKey(event);
      if (!command && digit === null && channel === null) return;
      const { reshape, segment } = editor.store.get();
      if (command === "shape.keep" && !reshape && !segment) return; // a button's
      if (event.repeat && !(command?.startsWith("view.") || command?.startsWith("brush."))) return;
      event.preventDefault();
      if (command) runCommand(editor, command);
      else if (channel !== null) showChannel(editor, channel);
      else if (digit !== null) setClassByDigit(editor, digit);
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
