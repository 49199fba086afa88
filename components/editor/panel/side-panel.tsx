import { Tabs } from "@mantine/core";
import { useMemo, useSyncExternalStore } from "react";
import styles from "../editor.module.css";
import { createEditorApi } from "../editor-api.ts";
import { flyToNucleus, runCommand } from "../editor-commands.ts";
import type { EditorBox, EditorProps, NucleusRow } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import { type PanelTab, panelTabs } from "../editor-state.ts";
import { cssOfRgb, rgbOfLabel } from "../layers/label-color.ts";
import { TourOffer } from "../tour/tour-offer.tsx";
import { useCanEdit } from "../use-can-edit.ts";
import { useObservable } from "../use-observable.ts";
import { SelectedCard } from "./selected-card.tsx";
import { ViewPanel } from "./view-panel.tsx";

const tabWords: Readonly<Record<PanelTab, string>> = {
  nuclei: "Nuclei",
  queue: "Queue",
  comments: "Comments",
  boxes: "Boxes",
  history: "History",
  view: "View",
};

const colorOf = (label: number): string => cssOfRgb(rgbOfLabel(label));

export function SidePanel({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const tab = useObservable(editor.store, (state) => state.tab);
  const historyOf = useObservable(editor.store, (state) => state.historyOf);
  const api = useMemo(() => createEditorApi(editor), [editor]);
  return (
    <aside className={styles.panel} aria-label="Panels">
      <Tabs
        value={tab}
        onChange={(value) => value && editor.store.set({ tab: value as PanelTab })}
        style={{ display: "flex", flexDirection: "column", flex: 1, minHeight: 0 }}
      >
        <Tabs.List grow>
          {panelTabs.map((name) => (
            <Tabs.Tab key={name} value={name} data-tour={name} fz="xs" px={6} py={9}>
              {tabWords[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="nuclei" className={styles.panelBody}>
          <NucleiTab editor={editor} props={props} />
        </Tabs.Panel>
        <Tabs.Panel value="queue" className={styles.panelBody}>
          {props.renderQueue()}
        </Tabs.Panel>
        <Tabs.Panel value="comments" className={styles.panelBody}>
          <CommentsTab editor={editor} props={props} />
        </Tabs.Panel>
        <Tabs.Panel value="boxes" className={styles.panelBody}>
          <BoxesTab editor={editor} props={props} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={styles.panelBody} keepMounted={false}>
          {props.renderHistory(api, historyOf)}
        </Tabs.Panel>
        <Tabs.Panel value="view" className={styles.panelBody}>
          <ViewPanel editor={editor} rows={props.nuclei.data ?? []} />
        </Tabs.Panel>
      </Tabs>
      <TourOffer editor={editor} />
      <SelectedCard editor={editor} props={props} />
    </aside>
  );
}

const none: readonly NucleusRow[] = [];

function NucleiTab({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const selectedLabel = useObservable(editor.view, (view) => view.selectedLabel);
  const canEdit = useCanEdit(props.document);
  const { document } = props;
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.revision,
    () => 0,
  );
  const own = editor.ownWork.newRows();
  return props.renderNuclei({
    own: own.length === 0 ? none : own,
    selectedLabel: selectedLabel === 0 ? 0 : props.document.canonicalLabel(selectedLabel),
    canEdit,
    colorOf,
    onSelect: (row) => {
      editor.select(row.label);
      flyToNucleus(editor, row);
    },
  });
}

function CommentsTab({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const draft = useObservable(editor.store, (state) => state.commentDraft);
  const selectedId = useObservable(editor.store, (state) => state.threadId);
  const api = useMemo(() => createEditorApi(editor), [editor]);
  return props.renderComments({
    api,
    draft,
    selectedId,
    onDraft: () => runCommand(editor, "page.comment"),
    onDraftDone: () => editor.store.set({ commentDraft: null }),
    onSelect: (threadId) => editor.store.set({ threadId }),
  });
}

function BoxesTab({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const draft = useObservable(editor.store, (state) => state.draftBox);
  const changed = useObservable(editor.store, (state) => state.changedBox);
  const selectedId = useObservable(editor.store, (state) => state.selectedBoxId);
  const { voxelSizeZyx } = props.image;
  const show = ({ id, box }: EditorBox): void => {
    const sizeUm = box.maxZyx.map((end, axis) => (end - box.minZyx[axis]) * voxelSizeZyx[axis]);
    editor.store.set({ selectedBoxId: id });
    editor.view.flyTo(
      [(box.minZyx[0] + box.maxZyx[0]) / 2, (box.minZyx[1] + box.maxZyx[1]) / 2, (box.minZyx[2] + box.maxZyx[2]) / 2],
      Math.max(...sizeUm) / 2,
    );
  };
  return props.renderBoxes({
    draft,
    changed,
    selectedId,
    onDraft: (box) => editor.setDraftBox(box),
    onChange: (box) => {
      show(box);
      editor.chooseTool("box");
      editor.setDraftBox(box.box, box);
    },
    onSelect: show,
  });
}
