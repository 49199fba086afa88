import { channelsOf } from "../../viewer/image-channels.ts";
import type { EditorController } from "../editor-controller.ts";
import type { Command } from "../keys/commands.ts";

const acts =
  /^(shape\.|edit\.|review\.(accept|correct|reject)|nucleus\.(new|again|delete|unfinished|partO|setClass|clearClass)|tool\.(brush|eraser|outline|segment|threshold|split|merge|box))/;
const ofSelected = /^(shape\.|nucleus\.(again|delete|unfinished|show|setClass|clearClass|history))/;
const atPointer = /^(nucleus\.(pick|partO)|place\.pointer)/;
const ofChannels = /^view\.(nextChannel|previousChannel|channel|together)/;

/** Why a command can do nothing now, as a sentence; null where it can. */
export function objectionTo(editor: EditorController, command: Command): string | null {
  const { past, reshape, segment, proposal } = editor.store.get();
  const { document, image, nuclei } = editor.props();
  if (acts.test(command) && past) return "The panes show labels as they were.";
  if (acts.test(command) && !document.canEdit) return "This volume is open for reading only.";
  if (command === "shape.keep") return reshape || segment ? null : "No change is shown.";
  if (ofSelected.test(command) && editor.view.get().selectedLabel === 0) {
    const isOfProposal = /^nucleus\.(show|setClass|clearClass)/.test(command);
    if (!(isOfProposal && proposal)) return "Select a nucleus first.";
  }
  if (atPointer.test(command)) return "Point at the place and press the key: this command acts under the pointer.";
  if (ofChannels.test(command) && channelsOf(image).length < 2) return "This volume has one channel only.";
  switch (command) {
    case "edit.undo":
      return document.undoDepth > 0 || segment ? null : "Nothing of yours to undo here.";
    case "edit.redo":
      return document.redoDepth > 0 ? null : "Nothing of yours to redo here.";
    case "review.accept":
    case "review.correct":
    case "review.reject":
      return proposal || editor.secondLook?.isLooking ? null : "No proposal is selected.";
    case "review.next":
    case "review.skip":
      return editor.review || editor.secondLook ? null : "The queue is not there yet.";
    case "nucleus.next":
    case "nucleus.previous":
      return (nuclei.data?.length ?? 0) > 0 ? null : "This volume has no nuclei yet.";
    default:
      return null;
  }
}
