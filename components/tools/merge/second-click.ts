import type { LabelValue } from "../../../core/edit/label-document.ts";
import { mergeAct, setStatusAct } from "../../../core/edit/nucleus-acts.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { proposalUnder } from "../paint-target.ts";
import type { MeantProposal, ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";

interface MergeClick {
  readonly voxelZyx: Zyx;
  /** Of the nucleus; 0 on a proposal. */
  readonly label: LabelValue;
  readonly proposal: MeantProposal | null;
}

export function mergeSecondClick(context: ToolContext, one: MergeClick, first: ToolState): ToolState {
  const leave = (): ToolState => {
    context.showMarks([]);
    return first;
  };
  const second: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey) return null;
      const proposal = proposalUnder(context, sample);
      if (sample.label === 0 && !proposal) {
        context.say({ tone: "info", text: "Click the second nucleus, or press Escape." });
        return null;
      }
      try {
        const other = { voxelZyx: sample.voxelZyx, label: sample.label, proposal };
        merge(context, one, other).catch((error: unknown) => context.fail(error));
        return leave();
      } catch (error) {
        context.fail(error);
        return second;
      }
    },
    cancel: leave,
  };
  context.showMarks([{ voxelZyx: one.voxelZyx, text: "1" }]);
  return second;
}

/** A proposal that is merged with something is taken over by it. Throws a Problem where both clicks are on one. */
function merge(context: ToolContext, one: MergeClick, other: MergeClick): Promise<void> {
  const [a, b] = [one, other].map(({ label, proposal }) => proposal?.label ?? label);
  const proposals = [one.proposal, other.proposal].filter((proposal) => proposal !== null);
  const act = mergeAct(context.document, a, b);
  if (proposals.length > 0) {
    const nucleus = one.label || other.label;
    const { status } = context.document.fieldsOf(nucleus);
    // What is not done yet stays so, with what came to it.
    const kept = nucleus !== 0 && status === "unfinished" ? status : null;
    return context.takeOver(proposals, () => ({
      ...act,
      records: [...act.records, ...(kept ? setStatusAct(nucleus, kept).records : [])],
    }));
  }
  const done = context.commit(act);
  context.view.set({ selectedLabel: context.document.canonicalLabel(a) });
  return done;
}
