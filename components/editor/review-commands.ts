import { setClassAct } from "../../core/edit/nucleus-acts.ts";
import { rejectProposalAct, takeProposalAct, takeProposalsAct } from "../../core/edit/review-acts.ts";
import { Problem } from "../../core/problem.ts";
import { boxShape, type Zyx } from "../../core/volume/voxel-space.ts";
import type { Decision, ProposalRef } from "./editor-contract.ts";
import type { EditorController } from "./editor-controller.ts";

/** Selects a proposal and flies there. */
export function showProposal(editor: EditorController, proposal: ProposalRef | null): void {
  editor.store.set({ proposal });
  editor.view.set({ selectedProposal: proposal?.label ?? 0, selectedLabel: 0 });
  if (!proposal) return;
  const { minZyx, maxZyx } = proposal.box;
  const centre: Zyx = [(minZyx[0] + maxZyx[0]) / 2, (minZyx[1] + maxZyx[1]) / 2, (minZyx[2] + maxZyx[2]) / 2];
  const { voxelSizeZyx } = editor.props().image;
  const sizeUm = boxShape(proposal.box).map((size, axis) => size * voxelSizeZyx[axis]);
  // Twice its half extent: a nucleus is judged by its neighbours too.
  editor.view.flyTo(centre, Math.max(...sizeUm));
  editor.store.set({ proposalsVisible: true });
}

/**
 * Accept, correct or reject the shown proposal, as one ordinary act of this person. `className`: the class that the person chose,
 * null for none; else it has the class that was proposed with it.
 */
export async function decide(editor: EditorController, decision: Decision, className?: string | null): Promise<void> {
  const { document, proposals } = editor.props();
  const { proposal } = editor.store.get();
  if (!proposal || !proposals)
    throw new Problem({
      tag: "no-proposal",
      what: "No proposal is selected.",
      hint: "Q brings the question that you have, or the next one; or click a hatched proposal.",
    });
  if (editor.props().isPlanted(proposal.label)) {
    await revealPlanted(editor, proposal, decision);
    return;
  }
  const act =
    decision === "rejected"
      ? rejectProposalAct(proposal)
      : await takeProposalAct(document, proposals, proposal, decision);
  const name = className === undefined ? (proposal.proposedClass?.name ?? null) : className;
  await editor.commit(
    name && decision !== "rejected"
      ? { ...act, records: [...act.records, ...setClassAct(proposal.label, name).records] }
      : act,
  );
  editor.decided([proposal], decision);
  if (decision === "corrected") editor.chooseTool("brush");
}

/**
 * Says at once that it was planted. Whatever the decision, no voxel of it is written: it is marked as rejected, which hides it
 * from everybody. Undone, it is shown again, and still is what it is.
 */
async function revealPlanted(editor: EditorController, proposal: ProposalRef, decision: Decision): Promise<void> {
  // Without `proposals`: the undo of the mark takes no answer back.
  await editor.commit({ name: "planted proposal", records: rejectProposalAct(proposal).records });
  editor.store.set({ proposal: null });
  editor.view.set({ selectedProposal: 0, selectedLabel: 0 });
  editor.notify(
    decision === "rejected"
      ? { tone: "info", text: "Well seen: this proposal was wrong on purpose, planted to see whether we look." }
      : {
          tone: "warning",
          text: "This proposal was planted: it is wrong on purpose, to see whether we look. It was not taken into the labels, and only the project's total counts it.",
        },
  );
  editor.review?.decided(proposal.label, decision);
}

/**
 * Accepts several proposals as one ordinary act of this person, each with its class, and tells the queue of each. Planted ones are
 * marked as rejected in the same act.
 */
export async function acceptSeveral(
  editor: EditorController,
  chosen: readonly ProposalRef[],
  signal?: AbortSignal,
): Promise<{ readonly taken: number; readonly planted: number }> {
  const { document, proposals, isPlanted } = editor.props();
  if (!proposals) return { taken: 0, planted: 0 };
  const given = chosen.filter(({ label }) => !isPlanted(label));
  const planted = chosen.filter(({ label }) => isPlanted(label));
  const act = await takeProposalsAct(document, proposals, given, {
    signal,
    onTaken: (count) =>
      editor.store.set({ busy: count < given.length ? `Accepting ${count} of ${given.length} proposals…` : null }),
  }).finally(() => editor.store.set({ busy: null }));
  const taken = new Set(act.proposals);
  const classes = given.flatMap(({ label, proposedClass }) =>
    taken.has(label) && proposedClass ? setClassAct(label, proposedClass.name).records : [],
  );
  const marks = planted.flatMap((proposal) => rejectProposalAct(proposal).records);
  if (taken.size + marks.length > 0) await editor.commit({ ...act, records: [...act.records, ...classes, ...marks] });
  if (editor.store.get().proposal) showProposal(editor, null);
  for (const proposal of given) {
    if (!taken.has(proposal.label)) continue;
    editor.decisions.set(proposal.label, { proposal, decision: "accepted", stands: true });
    editor.review?.decided(proposal.label, "accepted");
  }
  // Nobody was asked about them one by one: the server closes them, and counts none.
  for (const { label } of planted) editor.review?.decided(label, "accepted");
  return { taken: taken.size, planted: planted.length };
}

/** Undo and redo take decisions back and make them again: the queue must hear of both. */
export function watchDecisions(editor: EditorController): () => void {
  const { document } = editor.props();
  return document.subscribe(() => {
    for (const entry of editor.decisions.values()) {
      const stands = document.fieldsOf(entry.proposal.label).status !== undefined;
      if (stands === entry.stands) continue;
      entry.stands = stands;
      if (stands) editor.review?.decided(entry.proposal.label, entry.decision);
      else editor.review?.undone(entry.proposal.label);
    }
  });
}
