import { deepestVoxel } from "../../core/edit/deepest-voxel.ts";
import type { ShiftedAct } from "../../core/edit/label-document.ts";
import { deleteNucleusAct, nucleusGone, setClassAct, toggleUnfinishedAct } from "../../core/edit/nucleus-acts.ts";
import { collectNucleusVoxels } from "../../core/edit/nucleus-voxels.ts";
import { paintMasks } from "../../core/edit/paint-mask.ts";
import { relabelPartAct } from "../../core/edit/parts/relabel-part.ts";
import { isProblem } from "../../core/problem.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import { type ToolName, toolNames } from "../tools/create-tool.ts";
import { channelsOf } from "../viewer/image-channels.ts";
import type { Decision, NucleusRow } from "./editor-contract.ts";
import { type EditorController, LOOKING_BACK } from "./editor-controller.ts";
import { panelTabs } from "./editor-state.ts";
import type { Command } from "./keys/commands.ts";
import { isPlaceCommand, runPlaceCommand } from "./places/place-commands.ts";
import { decide, showProposal } from "./review-commands.ts";
import { moveOutline } from "./segment/outline-move.ts";
import { changeAmount, isShapeCommand, runShapeCommand } from "./shape/shape-commands.ts";
import { brushRadius } from "./toolbar/brush-radius.ts";
import { isViewCommand, runViewCommand } from "./view/view-commands.ts";

const nextOf = <T>(list: readonly T[], now: T): T => list[(list.indexOf(now) + 1) % list.length];

/** Does what a key or a button asks. `digit`: which of nine, for a command that has a row of keys. */
export function runCommand(editor: EditorController, command: Command, digit: number | null = null): void {
  const { store, view } = editor;
  const state = store.get();
  if (command.startsWith("tool.")) {
    const name = toolNames.find((candidate) => `tool.${candidate}` === command);
    const by = command === "tool.previous" ? toolNames.length - 1 : 1;
    editor.chooseTool(name ?? toolNames[(toolNames.indexOf(state.tool) + by) % toolNames.length]);
    return;
  }
  if (isPlaceCommand(command)) {
    runPlaceCommand(editor, command, digit);
    return;
  }
  if (isViewCommand(command)) {
    runViewCommand(editor, command);
    return;
  }
  if (isShapeCommand(command)) {
    if (mayEdit(editor)) runShapeCommand(editor, command);
    return;
  }
  switch (command) {
    case "brush.smaller":
    case "brush.larger":
      if (state.segment) moveOutline(editor, command === "brush.larger" ? 1 : -1);
      else if (state.reshape) changeAmount(editor, command === "brush.larger" ? 1 : -1);
      else store.set({ radiusUm: brushRadius(state.radiusUm, command === "brush.larger", editor.props().image) });
      return;
    case "brush.shape":
      store.set({ brushShape: state.brushShape === "disc" ? "ball" : "disc" });
      return;
    case "paint.mask":
      store.set({ mask: nextOf(paintMasks, state.mask) });
      return;
    case "edit.undo":
    case "edit.redo":
      undoOrRedo(editor, command === "edit.undo");
      return;
    case "nucleus.pick":
      pickUnderPointer(editor);
      return;
    case "nucleus.new":
      newNucleus(editor);
      return;
    case "nucleus.partOff":
    case "nucleus.partOver":
      relabelPart(editor, command === "nucleus.partOver");
      return;
    case "nucleus.again":
      outlineAnew(editor);
      return;
    case "nucleus.delete":
      deleteSelected(editor);
      return;
    case "nucleus.unfinished":
      onSelected(editor, (label) => toggleUnfinishedAct(editor.props().document, label));
      return;
    case "nucleus.next":
    case "nucleus.previous":
      stepNucleus(editor, command === "nucleus.next");
      return;
    case "nucleus.setClass":
      if (digit !== null) setClassByDigit(editor, digit);
      return;
    case "nucleus.clearClass":
      if (state.proposal) void editor.during("Accepting the proposal…", () => decide(editor, "accepted", null));
      else onSelected(editor, (label) => setClassAct(label, null));
      return;
    case "nucleus.history":
      showHistory(editor);
      return;
    case "nucleus.show":
      flyToSelected(editor);
      return;
    case "review.next":
    case "review.skip":
      review(editor, command === "review.next" ? "next" : "skip");
      return;
    case "review.accept":
      judge(editor, "accepted", "Accepting…");
      return;
    case "review.correct":
      judge(editor, "corrected", "Taking the proposal over…");
      return;
    case "review.reject":
      judge(editor, "rejected", "Saying that there is no nucleus…");
      return;
    case "view.labels":
      store.set({ labelsVisible: !state.labelsVisible });
      return;
    case "view.outlines":
      store.set({ outlinesOnly: !state.outlinesOnly });
      return;
    case "view.proposals":
      store.set({ proposalsVisible: !state.proposalsVisible });
      return;
    case "view.fainter":
      store.set({ labelOpacity: Math.max(0.05, Math.round((state.labelOpacity - 0.1) * 20) / 20) });
      return;
    case "view.stronger":
      store.set({ labelOpacity: Math.min(1, Math.round((state.labelOpacity + 0.1) * 20) / 20) });
      return;
    case "view.maximise":
      view.set({ maximisedPane: view.get().maximisedPane ? null : (editor.pane ?? "xy") });
      return;
    case "view.fit":
      view.fit();
      return;
    case "view.nextChannel":
    case "view.previousChannel":
      turnChannel(editor, command === "view.nextChannel" ? 1 : -1);
      return;
    case "view.channel":
      if (digit !== null) showChannel(editor, digit - 1);
      return;
    case "view.together":
      if (hasChannels(editor)) view.set({ together: !view.get().together });
      return;
    case "view.contrast":
      view.set({ contrast: channelsOf(editor.props().image)[view.get().channel].contrast, gamma: 1 });
      return;
    case "view.tab":
      store.set({ tab: nextOf(panelTabs, state.tab), panelHidden: false });
      return;
    case "view.panel":
      store.set({ panelHidden: !state.panelHidden });
      return;
    case "page.filter":
      store.set({ tab: "nuclei", panelHidden: false });
      requestAnimationFrame(() => document.getElementById("nuclei-filter")?.focus());
      return;
    case "page.comment":
      commentHere(editor);
      return;
    case "page.palette":
      store.set({ sheet: "palette" });
      return;
    case "page.keys":
      store.set({ sheet: "keys" });
      return;
    case "page.tour":
      store.set({ sheet: null, tourStep: 0 });
      return;
    case "page.help":
      store.set({ sheet: state.sheet === "help" ? null : "help" });
      return;
    case "page.cancel":
      if (state.sheet) store.set({ sheet: null });
      else if (state.past) store.set({ past: null });
      else editor.cancel();
  }
}

/** Looks at a channel by its place in the file. */
function showChannel(editor: EditorController, place: number): void {
  const channels = channelsOf(editor.props().image);
  if (!hasChannels(editor)) return;
  if (channels[place]) editor.view.set({ channel: place });
  else editor.notify({ tone: "info", text: `This volume has ${channels.length} channels.` });
}

function turnChannel(editor: EditorController, by: 1 | -1): void {
  const { length } = channelsOf(editor.props().image);
  if (hasChannels(editor)) showChannel(editor, (editor.view.get().channel + by + length) % length);
}

function hasChannels(editor: EditorController): boolean {
  if (channelsOf(editor.props().image).length > 1) return true;
  editor.notify({ tone: "info", text: "This volume has one channel only." });
  return false;
}

/** A digit gives the selected nucleus its class. */
function setClassByDigit(editor: EditorController, digit: number): void {
  const entry = editor.props().classes.find((candidate) => candidate.digit === digit);
  if (entry && editor.store.get().proposal)
    void editor.during("Accepting the proposal…", () => decide(editor, "accepted", entry.name));
  else if (entry) onSelected(editor, (label) => setClassAct(label, entry.name));
  else editor.notify({ tone: "info", text: `No class has the key ${digit}. Owners add classes on the project page.` });
}

/** What is new has no number yet, and comes last. */
const byNumber = (a: NucleusRow, b: NucleusRow): number =>
  (a.number ?? Number.POSITIVE_INFINITY) - (b.number ?? Number.POSITIVE_INFINITY) || a.label - b.label;

/** By number, as they are counted: the list is sorted otherwise. */
function stepNucleus(editor: EditorController, isNext: boolean): void {
  const rows = [...(editor.props().nuclei.data ?? [])].sort(byNumber);
  if (!isNext) rows.reverse();
  const { selectedLabel } = editor.view.get();
  const at = rows.findIndex(({ label }) => label === selectedLabel);
  const row = selectedLabel === 0 || at >= 0 ? rows[at + 1] : undefined;
  if (!row) {
    editor.notify({ tone: "info", text: `There is no nucleus with a ${isNext ? "higher" : "lower"} number.` });
    return;
  }
  editor.select(row.label);
  flyToNucleus(editor, row);
}

/** Paint tools that a new nucleus can be started with. */
const paintTools: readonly ToolName[] = ["brush", "outline", "threshold"];

function newNucleus(editor: EditorController): void {
  if (!mayEdit(editor)) return;
  try {
    editor.select(editor.props().document.newLabel());
    if (!paintTools.includes(editor.store.get().tool)) editor.chooseTool("brush");
  } catch (error) {
    editor.fail(error);
  }
}

function mayEdit(editor: EditorController): boolean {
  if (editor.store.get().past) {
    editor.notify({ tone: "warning", text: LOOKING_BACK.what });
    return false;
  }
  if (editor.props().document.canEdit) return true;
  editor.notify({ tone: "warning", text: "This volume is open for reading only: nothing was changed." });
  return false;
}

function onSelected(editor: EditorController, act: (label: number) => ReturnType<typeof setClassAct>): void {
  const { selectedLabel } = editor.view.get();
  if (selectedLabel === 0) {
    editor.notify({ tone: "info", text: "Select a nucleus first: click it in any pane or in the list." });
    return;
  }
  if (mayEdit(editor)) void editor.commit(act(selectedLabel)).catch((error: unknown) => editor.fail(error));
}

/** Without a click, so that the crosshair and the tool stay. */
function pickUnderPointer(editor: EditorController): void {
  const { hovered } = editor;
  if (hovered && (hovered.label !== 0 || hovered.proposal !== 0)) editor.pick(hovered);
  else editor.notify({ tone: "info", text: "There is no nucleus under the pointer." });
}

function relabelPart(editor: EditorController, toSelected: boolean): void {
  if (!mayEdit(editor)) return;
  const { hovered } = editor;
  const { selectedLabel } = editor.view.get();
  if (!hovered || hovered.label === 0) {
    editor.notify({ tone: "info", text: "Point at the part first." });
    return;
  }
  if (toSelected && selectedLabel === 0) {
    editor.notify({ tone: "info", text: "Select the nucleus that the part should go to first." });
    return;
  }
  const { document } = editor.props();
  const at = hovered.voxelZyx.map(Math.floor) as unknown as Zyx;
  void editor.during("Looking for the part…", async () => {
    const to = toSelected ? selectedLabel : null;
    await editor.commit(await relabelPartAct(document, at, to, (label) => editor.knownBox(label)));
  });
}

/** As if somebody had clicked in its middle with the tool: what the model makes of it is shown, and kept or dropped. */
function outlineAnew(editor: EditorController): void {
  const { selectedLabel } = editor.view.get();
  if (selectedLabel === 0) {
    editor.notify({ tone: "info", text: "Select a nucleus first: click it in any pane or in the list." });
    return;
  }
  if (!mayEdit(editor)) return;
  const { document } = editor.props();
  editor.chooseTool("segment");
  editor.segmenting.drop();
  void editor.during("Looking for its middle…", async () => {
    const members = document.membersOf(selectedLabel);
    const voxels = await collectNucleusVoxels(document, members, editor.knownBox(selectedLabel));
    const voxelZyx = deepestVoxel(voxels, document.voxelSizeZyx);
    if (!voxelZyx) throw nucleusGone(selectedLabel);
    editor.view.set({ crosshairZyx: [voxelZyx[0] + 0.5, voxelZyx[1] + 0.5, voxelZyx[2] + 0.5] });
    // Not awaited: the tool shows by itself how far the model is.
    void editor.segmenting.add([{ voxelZyx, isInside: true }], selectedLabel);
  });
}

function deleteSelected(editor: EditorController): void {
  const { selectedLabel } = editor.view.get();
  if (selectedLabel === 0 || !mayEdit(editor)) return;
  const { document } = editor.props();
  void editor.during("Deleting the nucleus…", async () => {
    const act = await deleteNucleusAct(document, selectedLabel, editor.knownBox(selectedLabel));
    await editor.commit(act);
    editor.ownWork.deleted(document.canonicalLabel(selectedLabel), act);
    editor.select(0);
  });
}

function undoOrRedo(editor: EditorController, isUndo: boolean): void {
  if (!mayEdit(editor)) return;
  const { document } = editor.props();
  if (editor.store.get().segment) {
    if (isUndo) void editor.segmenting.takeBackClick();
    return;
  }
  editor.tool().cancel();
  if (editor.store.get().reshape) {
    editor.reshaping.drop();
    return;
  }
  let done: ShiftedAct | null;
  try {
    done = isUndo ? document.undo() : document.redo();
  } catch (error) {
    if (!isProblem(error)) throw error;
    editor.notify({ tone: "warning", text: [error.what, error.hint].filter(Boolean).join(" ") });
    return;
  }
  tellQueue(editor, done, isUndo);
  if (done && isUndo) editor.ownWork.undone(done.name);
  const verb = isUndo ? "Undone" : "Redone";
  editor.notify({
    tone: "info",
    text: done ? `${verb}: ${done.name}` : `Nothing of yours to ${isUndo ? "undo" : "redo"} here.`,
  });
}

/** Any other act on a proposal takes it over. */
const decisionOfAct: Readonly<Record<string, Decision>> = {
  accept: "accepted",
  "accept several": "accepted",
  correct: "corrected",
  reject: "rejected",
};

/** Of a decision that an earlier page made; those of this one are watched. */
function tellQueue(editor: EditorController, act: ShiftedAct | null, isUndo: boolean): void {
  for (const label of act?.proposals ?? []) {
    if (editor.decisions.has(label)) continue;
    if (isUndo) editor.review?.undone(label);
    else if (act) editor.review?.decided(label, decisionOfAct[act.name] ?? "corrected");
  }
}

/** The panel asks for the nucleus when it opens, and is told where it is open. */
function showHistory(editor: EditorController): void {
  const { selectedLabel } = editor.view.get();
  editor.store.set({
    tab: "history",
    panelHidden: false,
    historyOf: selectedLabel === 0 ? null : { label: selectedLabel },
  });
}

function flyToSelected(editor: EditorController): void {
  const { selectedLabel } = editor.view.get();
  const { document, nuclei } = editor.props();
  const row = nuclei.data?.find((candidate) => candidate.label === document.canonicalLabel(selectedLabel));
  const own = editor.ownWork.newRows().find(({ label }) => label === document.canonicalLabel(selectedLabel));
  if (row ?? own) flyToNucleus(editor, (row ?? own) as NucleusRow);
  else if (editor.store.get().proposal) showProposal(editor, editor.store.get().proposal);
}

export function flyToNucleus(
  editor: EditorController,
  row: { readonly centroidZyx: Zyx; readonly box: VoxelBox },
): void {
  const { voxelSizeZyx } = editor.props().image;
  // To its farthest face, not by its volume: a first stroke is a thin disc. Half as much again shows the neighbours.
  const reachUm = row.centroidZyx.map(
    (at, axis) => Math.max(at - row.box.minZyx[axis], row.box.maxZyx[axis] - at) * voxelSizeZyx[axis],
  );
  editor.view.flyTo(row.centroidZyx, Math.max(...reachUm) * 1.5);
}

export function flyToBox(editor: EditorController, { minZyx, maxZyx }: VoxelBox): void {
  const { voxelSizeZyx } = editor.props().image;
  const sizeUm = minZyx.map((min, axis) => (maxZyx[axis] - min) * voxelSizeZyx[axis]);
  editor.view.flyTo(
    [(minZyx[0] + maxZyx[0]) / 2, (minZyx[1] + maxZyx[1]) / 2, (minZyx[2] + maxZyx[2]) / 2],
    Math.max(...sizeUm) * 0.75,
  );
}

function review(editor: EditorController, name: "next" | "skip"): void {
  editor.store.set({ tab: "queue", panelHidden: false });
  const queue = editor.secondLook?.isChosen ? editor.secondLook : editor.review;
  queue?.[name]();
}

/** Of the proposal that is shown, else of the nucleus that is looked at again. */
function judge(editor: EditorController, decision: Decision, busy: string): void {
  if (editor.secondLook?.isLooking && !editor.store.get().proposal) {
    editor.store.set({ tab: "queue" });
    editor.secondLook.answer(decision);
  } else void editor.during(busy, () => decide(editor, decision));
}

/** At the selected nucleus, else at the crosshair. */
function commentHere({ store, view, props }: EditorController): void {
  const { selectedLabel, crosshairZyx } = view.get();
  const label = selectedLabel === 0 ? null : props().document.canonicalLabel(selectedLabel);
  const row = label === null ? undefined : props().nuclei.data?.find((one) => one.label === label);
  store.set({
    tab: "comments",
    panelHidden: false,
    commentDraft: { placeZyx: row?.centroidZyx ?? crosshairZyx, label },
  });
}
