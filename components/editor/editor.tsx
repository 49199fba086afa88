"use client";

import { notifications } from "@mantine/notifications";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import type { ToolMessage } from "../tools/tool-context.ts";
import { createViewStore } from "../viewer/view/view-store.ts";
import { keepChannels, loadChannels } from "./channel-memory.ts";
import styles from "./editor.module.css";
import { createEditorApi } from "./editor-api.ts";
import type { EditorProps } from "./editor-contract.ts";
import { EditorController } from "./editor-controller.ts";
import { EditorHeader } from "./editor-header.tsx";
import { HelpSheet } from "./help-sheet.tsx";
import { keepPreferences } from "./preferences.ts";
import { watchDecisions } from "./review-commands.ts";
import { sharePresence } from "./share-presence.ts";
import { SidePanel } from "./side-panel.tsx";
import { ToolOptions } from "./tool-options.tsx";
import { ToolRail } from "./tool-rail.tsx";
import { useEditorKeys } from "./use-editor-keys.ts";
import { ViewerArea } from "./viewer-area.tsx";

/** The editor of one volume: it takes data and callbacks and calls no API. */
export function Editor(props: EditorProps) {
  const latest = useRef(props);
  latest.current = props;
  const [editor, setEditor] = useState<EditorController | null>(null);
  const { document, image } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another document is another editor; the rest is read when needed
  useEffect(() => {
    const created = new EditorController(
      createViewStore(image, loadChannels(latest.current.userId, image)),
      () => latest.current,
      showMessage,
    );
    const stops = [
      keepPreferences(created.store),
      keepChannels(latest.current.userId, image, created.view),
      sharePresence(created),
      watchDecisions(created),
    ];
    stops.push(latest.current.attach(createEditorApi(created)));
    setEditor(created);
    return () => {
      for (const stop of stops) stop();
      created.dispose();
      setEditor(null);
    };
  }, [document, image.volumeId]);
  return editor && <EditorLayout editor={editor} props={props} />;
}

function EditorLayout({ editor, props }: { editor: EditorController; props: EditorProps }) {
  useEditorKeys(editor);
  // The panes first: they ask for their image, and what stands around them is made while it comes. Its places are kept.
  const isWhole = useDeferredValue(true, false);
  return (
    <div className={styles.editor}>
      {isWhole && (
        <>
          <EditorHeader editor={editor} props={props} />
          <ToolOptions editor={editor} />
          <ToolRail editor={editor} />
        </>
      )}
      <ViewerArea editor={editor} props={props} />
      {isWhole && (
        <>
          <SidePanel editor={editor} props={props} />
          <HelpSheet editor={editor} classes={props.classes} />
        </>
      )}
    </div>
  );
}

const colors: Readonly<Record<ToolMessage["tone"], string>> = { info: "gray", warning: "yellow", error: "red" };

/** One message at a time per tone: painting must not pile up notices. */
function showMessage({ tone, text }: ToolMessage): void {
  const id = `editor-${tone}`;
  notifications.hide(id);
  // In the middle: both lower corners hold what people work with.
  notifications.show({
    id,
    message: text,
    color: colors[tone],
    position: "bottom-center",
    autoClose: tone === "info" ? 2500 : 8000,
  });
}
