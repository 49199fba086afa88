"use client";

import { notifications } from "@mantine/notifications";
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { ToolMessage } from "../tools/tool-context.ts";
import { NucleusNames } from "../ui/nucleus-names.tsx";
import { ShownKeys } from "../ui/shown-keys.tsx";
import { createViewStore } from "../viewer/view/view-store.ts";
import styles from "./editor.module.css";
import { createEditorApi } from "./editor-api.ts";
import type { EditorProps } from "./editor-contract.ts";
import { EditorController } from "./editor-controller.ts";
import { editorKeysOf, readKeyboard } from "./keys/editor-keys.ts";
import { useEditorKeys } from "./keys/use-editor-keys.ts";
import { useKeysOf } from "./keys/use-shown-keys.ts";
import { keepChannels, loadChannels } from "./memory/channel-memory.ts";
import { keepLayout, restoreLayout } from "./memory/layout-memory.ts";
import { keepPreferences } from "./memory/preferences.ts";
import { sharePresence } from "./people/share-presence.ts";
import { watchDecisions } from "./review-commands.ts";
import { useObservable } from "./use-observable.ts";
import { ViewerArea } from "./viewer-area.tsx";

const loadSurroundings = () => import("./surroundings.tsx");
const BeforePanes = lazy(async () => ({ default: (await loadSurroundings()).BeforePanes }));
const AfterPanes = lazy(async () => ({ default: (await loadSurroundings()).AfterPanes }));

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
    const { userId } = latest.current;
    restoreLayout(userId, created.view);
    const stops = [
      keepPreferences(userId, created.store),
      keepLayout(userId, created.view),
      followKeys(created),
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
  const shownKey = useKeysOf(editor.keys);
  const { data: rows } = props.nuclei;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each list may be without what this person deleted, or have it again
  useEffect(() => editor.ownWork.listCame(), [editor, rows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another list whatever names nuclei is drawn again
  const nameOf = useMemo(() => (label: LabelValue) => editor.nameOf(label), [editor, rows]);
  const panelHidden = useObservable(editor.store, (state) => state.panelHidden);
  // The panes first: they ask for their image, and what stands around them is made while it comes. Its places are kept.
  const isWhole = useDeferredValue(true, false);
  return (
    <ShownKeys value={shownKey}>
      <NucleusNames nameOf={nameOf}>
        <div className={styles.editor} data-panel-hidden={panelHidden || undefined}>
          {isWhole && (
            <Suspense>
              <BeforePanes editor={editor} props={props} />
            </Suspense>
          )}
          <ViewerArea editor={editor} props={props} />
          {isWhole && (
            <Suspense>
              <AfterPanes editor={editor} props={props} />
            </Suspense>
          )}
        </div>
      </NucleusNames>
    </ShownKeys>
  );
}

/** What the person's settings say of keys, now and whenever they change, on the keyboard that is there. */
function followKeys({ keys, props }: EditorController): () => void {
  const { settings } = props();
  let kept = settings.get("keys");
  void readKeyboard().then((keyboard) => keys.set({ keyboard }));
  return settings.subscribe(() => {
    const now = settings.get("keys");
    if (now === kept) return;
    kept = now;
    keys.set(editorKeysOf(now, keys.get().keyboard));
  });
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
