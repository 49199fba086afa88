"use client";
import type { EditorProps } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";
import { EditorHeader } from "./editor-header.tsx";
import type { KeyChoice } from "./keys/key-map.ts";
import { KeysDialog } from "./keys/keys-dialog.tsx";
import { CommandPalette } from "./palette/command-palette.tsx";
import { SidePanel } from "./panel/side-panel.tsx";
import { HelpSheet } from "./toolbar/help-sheet.tsx";
import { ToolOptions } from "./toolbar/tool-options.tsx";
import { ToolRail } from "./toolbar/tool-rail.tsx";
import { Tour } from "./tour/tour.tsx";
import { useObservable } from "./use-observable.ts";

/*
 * What stands around the panes, as a script of its own: the panes ask for their image while it is fetched and compiled.
 */

interface Surrounded {
  readonly editor: EditorController;
  readonly props: EditorProps;
}

export function BeforePanes({ editor, props }: Surrounded) {
  return (
    <>
      <EditorHeader editor={editor} props={props} />
      <ToolOptions editor={editor} />
      <ToolRail editor={editor} />
    </>
  );
}

export function AfterPanes({ editor, props }: Surrounded) {
  return (
    <>
      <SidePanel editor={editor} props={props} />
      <HelpSheet editor={editor} classes={props.classes} />
      <ChangeKeys editor={editor} />
      <CommandPalette editor={editor} />
      <Tour editor={editor} />
    </>
  );
}

function ChangeKeys({ editor }: { editor: EditorController }) {
  const opened = useObservable(editor.store, (state) => state.sheet === "keys");
  const keys = useObservable(editor.keys, (all) => all);
  const choose = (choice: KeyChoice): void => editor.props().settings.set("keys", choice);
  return <KeysDialog opened={opened} keys={keys} onChoose={choose} onClose={() => editor.store.set({ sheet: null })} />;
}
