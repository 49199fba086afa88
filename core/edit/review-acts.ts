import { Problem } from "../problem.ts";
import { brickKeysOfBox } from "../volume/brick.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";
import type { EditAct, EditRecord, LabelBrickSource, LabelValue } from "./label-document.ts";
import { applyMask } from "./paint-mask.ts";
import { VoxelReader } from "./voxel-reader.ts";
import { VoxelSet } from "./voxel-set.ts";

/** A proposal as an act needs it: its own label value is used up by accepting it. */
export interface JudgedProposal {
  readonly id: string;
  readonly label: LabelValue;
  readonly box: VoxelBox;
}

/**
 * Copies a proposal into the labels, over background only: accepted work of others is never covered. `corrected` says that
 * the person goes on to edit the copy. Loads the bricks of the proposal's box, no others.
 */
export async function takeProposalAct(
  document: LabelBrickSource,
  proposals: LabelBrickSource,
  proposal: JudgedProposal,
  status: "accepted" | "corrected",
  signal?: AbortSignal,
): Promise<EditAct> {
  const records = await recordsOfTaking(document, proposals, proposal, status, signal);
  if (records.length === 0)
    throw new Problem({
      tag: "nothing-to-accept",
      what: "Every voxel of this proposal already belongs to a nucleus.",
      where: `proposal ${proposal.label}`,
      hint: "Answer No nucleus (R), or delete what lies there first.",
    });
  return { name: status === "accepted" ? "accept" : "correct", records, proposals: [proposal.label] };
}

/** More in one act would hold the page up, and the server's line of this person for long. */
export const MAX_TAKEN_AT_ONCE = 500;

/**
 * Accepts several proposals as one act, each as `takeProposalAct` does. Those of which no voxel is free are left out.
 * `onTaken` hears how many are done; between them the page goes on.
 */
export async function takeProposalsAct(
  document: LabelBrickSource,
  proposals: LabelBrickSource,
  given: readonly JudgedProposal[],
  { signal, onTaken }: { readonly signal?: AbortSignal; onTaken?(count: number): void } = {},
): Promise<EditAct> {
  if (given.length > MAX_TAKEN_AT_ONCE)
    throw new Problem({
      tag: "too-many-at-once",
      what: `${given.length} proposals are more than the ${MAX_TAKEN_AT_ONCE} that can be accepted in one act.`,
      hint: "Accept the surest first, then the others.",
    });
  const records: EditRecord[] = [];
  const taken: LabelValue[] = [];
  for (const [i, proposal] of given.entries()) {
    signal?.throwIfAborted();
    const its = await recordsOfTaking(document, proposals, proposal, "accepted", signal);
    records.push(...its);
    if (its.length > 0) taken.push(proposal.label);
    onTaken?.(i + 1);
  }
  return { name: "accept several", records, proposals: taken };
}

/** None where every voxel of it belongs to a nucleus. */
async function recordsOfTaking(
  document: LabelBrickSource,
  proposals: LabelBrickSource,
  proposal: JudgedProposal,
  status: "accepted" | "corrected",
  signal?: AbortSignal,
): Promise<EditRecord[]> {
  const keys = brickKeysOfBox(proposal.box);
  await Promise.all([proposals.loadBricks(keys, signal), document.loadBricks(keys, signal)]);
  const voxels = applyMask(voxelsInBox(proposals, proposal), document, (present) => present === 0);
  if (voxels.count === 0) return [];
  return [
    { kind: "paint", label: proposal.label, runs: voxels.toRuns() },
    { kind: "field", label: proposal.label, field: "status", value: status },
    { kind: "field", label: proposal.label, field: "origin", value: proposal.id },
  ];
}

/** "There is no nucleus here": a mark on the proposal's label, no voxel. */
export const rejectProposalAct = (proposal: JudgedProposal): EditAct => ({
  name: "reject",
  records: [{ kind: "field", label: proposal.label, field: "status", value: "rejected" }],
  proposals: [proposal.label],
});

function voxelsInBox(source: LabelBrickSource, { label, box }: JudgedProposal): VoxelSet {
  const voxels = new VoxelSet(source.shapeZyx);
  const reader = new VoxelReader(source);
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++) if (reader.at(z, y, x) === label) voxels.add(z, y, x);
  return voxels;
}
