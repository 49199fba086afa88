import type { EditorController } from "../editor-controller.ts";

/** Tells the others where this person looks and what is selected. The document sends it on at its own pace (R58). */
export function sharePresence(editor: EditorController): () => void {
  const { document } = editor.props();
  const tell = () => {
    const { crosshairZyx, zoom, selectedLabel } = editor.view.get();
    document.setPresence({ crosshairZyx, zoom, selectedLabel });
  };
  tell();
  document.setPresence({ tool: editor.store.get().tool });
  return editor.view.subscribe(tell);
}
