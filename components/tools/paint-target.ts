import type { LabelValue } from "../../core/edit/label-document.ts";
import type { JudgedProposal } from "../../core/edit/review-acts.ts";
import type { PointerSample } from "../viewer/viewer-contract.ts";
import type { MeantProposal, ToolContext } from "./tool-context.ts";

/** Where what is painted goes. */
export interface PaintTarget {
  /** 0 erases. */
  readonly label: LabelValue;
  /** A proposal that becomes this person's nucleus with the paint, in one act. */
  readonly takes: MeantProposal | null;
}

/**
 * The nucleus that is worked on; else the proposal that is looked at, where the press is at it, or that lies under the pointer; else
 * a new nucleus. It is then what is worked on.
 */
export function paintTarget(context: ToolContext, sample: PointerSample): PaintTarget {
  const { document, view } = context;
  const selectedLabel = context.taking()?.label ?? view.get().selectedLabel;
  if (selectedLabel !== 0) return { label: document.canonicalLabel(selectedLabel), takes: null };
  const proposal = meantProposal(context, sample);
  if (proposal) return { label: proposal.label, takes: proposal };
  const looked = context.proposalInFocus();
  const label = document.newLabel();
  view.set({ selectedLabel: label });
  if (looked)
    context.say({
      tone: "warning",
      text: `This is beside proposal ${looked.label}, so it begins a new nucleus. To go on with the proposal, undo this.`,
    });
  return { label, takes: null };
}

/** An eraser on a proposal takes it over without what is erased; elsewhere it erases whatever is there. */
export const eraseTarget = (context: ToolContext, sample: PointerSample): PaintTarget => {
  const isOnNucleus = sample.label !== 0 || context.view.get().selectedLabel !== 0 || context.taking() !== null;
  return { label: 0, takes: isOnNucleus ? null : meantProposal(context, sample) };
};

/** The proposal that is looked at, where the press is at it, else the one under the pointer. */
export function meantProposal(context: ToolContext, sample: PointerSample): MeantProposal | null {
  const looked = context.proposalInFocus();
  if (looked && isAt(context, looked, sample)) return { label: looked.label, found: Promise.resolve(looked) };
  return proposalUnder(context, sample);
}

/** Labels lie above proposals. */
export function proposalUnder(context: ToolContext, sample: PointerSample): MeantProposal | null {
  const label = sample.label === 0 ? context.proposalUnder(sample) : 0;
  return label === 0 ? null : { label, found: context.findProposal(label) };
}

/** In its box, or no farther from it than the brush reaches and than one voxel. */
function isAt({ document, settings }: ToolContext, { box }: JudgedProposal, { voxelZyx }: PointerSample): boolean {
  const { radiusUm } = settings();
  return voxelZyx.every((at, axis) => {
    const near = Math.max(1, radiusUm / document.voxelSizeZyx[axis]);
    return at >= box.minZyx[axis] - near && at < box.maxZyx[axis] + near;
  });
}
