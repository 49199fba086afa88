import { flyToBox } from "./editor-commands.ts";
import type { EditorApi } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";
import { linkToView } from "./places/place-commands.ts";
import { acceptSeveral, decide, showProposal } from "./review-commands.ts";

/** What panels of other parts may see and do of the editor. */
export const createEditorApi = (editor: EditorController): EditorApi => ({
  document: editor.props().document,
  get proposals() {
    return editor.props().proposals;
  },
  view: editor.view,
  showProposal: (proposal) => showProposal(editor, proposal),
  async goToProposal(label) {
    editor.view.set({ selectedProposal: label, selectedLabel: 0 });
    const proposal = await editor.props().findProposal(label);
    // Who holds an arrow key down is further by now.
    if (proposal && editor.view.get().selectedProposal === label) showProposal(editor, proposal);
  },
  decide: (decision) => decide(editor, decision),
  acceptSeveral: (proposals, signal) => acceptSeveral(editor, proposals, signal),
  registerReview(commands) {
    editor.review = commands;
    return () => {
      if (editor.review === commands) editor.review = null;
    };
  },
  registerSecondLook(commands) {
    editor.secondLook = commands;
    return () => {
      if (editor.secondLook === commands) editor.secondLook = null;
    };
  },
  correct(label) {
    editor.select(label);
    editor.chooseTool("brush");
  },
  select: (label) => editor.select(label),
  nameOf: (label) => editor.nameOf(label),
  goTo: (placeZyx, radiusUm) => editor.view.flyTo(placeZyx, radiusUm),
  showQueue: () => editor.store.set({ tab: "queue", panelHidden: false }),
  showThread: (threadId) => editor.store.set({ tab: "comments", panelHidden: false, threadId }),
  linkToView: (address) => linkToView(editor, address),
  flyToBox: (box) => flyToBox(editor, box),
  showPast: (past) => editor.store.set({ past }),
  notify: editor.notify,
});
