import type { LabelObject } from "../../labels/object-boxes.ts";
import { containsPoint, type VoxelBox, type VoxelSpace } from "../../volume/voxel-space.ts";
import type { Act } from "./cost-model.ts";
import type { Hand } from "./hand.ts";
import type { LabelIndex } from "./label-index.ts";
import { repaint } from "./repaint.ts";

/** A volume in front of the annotator. */
export interface ShownVolume extends VoxelSpace {
  /** What the annotator knows; the arms do not see it. */
  readonly truth: LabelIndex;
  /** As the model proposes, candidates among them; nothing where somebody has labelled. */
  readonly proposals: LabelIndex;
  /** Of nuclei, not of candidates. */
  readonly isNucleus: (proposal: number) => boolean;
  /** True nuclei that have been labelled. */
  readonly done: ReadonlySet<number>;
}

export interface Answer {
  readonly acts: readonly Act[];
  /** By labels of the truth. */
  readonly painted: readonly { readonly label: number; readonly voxels: readonly number[] }[];
  /** Labels of the truth that are dealt with, also those that were drawn as a part of another. */
  readonly settled: readonly number[];
  /** Proposals that were said to be none. */
  readonly rejected: readonly number[];
  /** Voxels that are known to be no nucleus now. */
  readonly background: readonly number[];
}

/** What is done about a proposal: accepted, repainted, merged with other pieces, split, or said to be none. */
export function answerProposal(volume: ShownVolume, proposal: number, hand: Hand): Answer {
  const { truth, proposals, done } = volume;
  const own = proposals.voxelsOf(proposal);
  const shown = proposals.sharedWith(proposal, truth).filter(({ other, voxels }) => {
    const least = Math.min(own.length, truth.voxelsOf(other).length);
    return voxels > least / 2 && !done.has(other) && !hand.misses(other);
  });
  if (shown.length === 0)
    return {
      acts: [{ kind: "look" }, { kind: "reject" }],
      painted: [],
      settled: [],
      rejected: [proposal],
      background: own,
    };
  if (shown.length === 1) return outlineOne(volume, shown[0].other, hand, volume.isNucleus(proposal) ? own : []);
  const inOne = new Map(shown.map(({ other }) => [other, new Set(truth.voxelsOf(other))]));
  const parts = shown.map(({ other }) => {
    const part = own.filter((voxel) => inOne.get(other)?.has(voxel));
    return finish(volume, [other], part, hand);
  });
  return {
    acts: [{ kind: "look" }, { kind: "split", parts: parts.length }, ...parts.flatMap(({ acts }) => acts)],
    painted: parts.flatMap(({ painted }) => painted),
    settled: parts.flatMap(({ settled }) => settled),
    rejected: [],
    background: [],
  };
}

/** Draws a nucleus where nothing is proposed. */
export const drawNucleus = (volume: ShownVolume, label: number, hand: Hand): Answer =>
  outlineOne(volume, label, hand, []);

/** `start`: voxels that the annotator starts with. */
function outlineOne(volume: ShownVolume, label: number, hand: Hand, start: readonly number[]): Answer {
  const { truth, proposals } = volume;
  const together = hand.merges(label)
    ? truth
        .touching(label)
        .filter((other) => !volume.done.has(other))
        .slice(0, 1)
    : [];
  const labels = [label, ...together];
  // Pieces of the same nucleus are joined before anything is painted.
  const inStart = new Set(start);
  const pieces = labels
    .flatMap((one) => truth.sharedWith(one, proposals))
    .filter(({ other, voxels }) => volume.isNucleus(other) && voxels > proposals.voxelsOf(other).length / 2)
    .map(({ other }) => proposals.voxelsOf(other))
    .filter((voxels) => start.length > 0 && !inStart.has(voxels[0]));
  const joined = [...start, ...pieces.flat()].sort((a, b) => a - b);
  const result = finish(volume, labels, joined, hand);
  const merges: Act[] = pieces.map(() => ({ kind: "merge" }));
  const accepts: Act[] = result.acts.length === 0 && merges.length === 0 ? [{ kind: "accept" }] : [];
  return { ...result, acts: [{ kind: "look" }, ...merges, ...result.acts, ...accepts] };
}

function finish(
  { truth, shapeZyx }: ShownVolume,
  labels: readonly number[],
  there: readonly number[],
  hand: Hand,
): Answer {
  const wanted = labels.flatMap((label) => hand.draw(label, truth.voxelsOf(label), shapeZyx));
  const { slices, editedVoxels, voxels } = repaint(
    there,
    [...new Set(wanted)].sort((a, b) => a - b),
    shapeZyx,
  );
  return {
    acts: slices === 0 ? [] : [{ kind: "repaint", slices, editedVoxels }],
    painted: [{ label: labels[0], voxels }],
    settled: labels,
    rejected: [],
    background: [],
  };
}

/** Labels everything whose middle lies in a region; the rest of it is known to be background then. */
export function answerRegion(volume: ShownVolume, box: VoxelBox, hand: Hand): Answer {
  const { truth, proposals } = volume;
  const answers: Answer[] = [];
  const settled = new Set(volume.done);
  const rejected = new Set<number>();
  const now = (): ShownVolume => ({ ...volume, done: settled });
  const take = (answer: Answer) => {
    answers.push(answer);
    for (const label of answer.settled) settled.add(label);
    for (const proposal of answer.rejected) rejected.add(proposal);
  };
  for (const { label } of truth.objects.filter((object) => isMiddleIn(object, box))) {
    if (settled.has(label) || hand.misses(label)) continue;
    const [best] = truth
      .sharedWith(label, proposals)
      .filter(({ other, voxels }) => {
        const least = Math.min(proposals.voxelsOf(other).length, truth.voxelsOf(label).length);
        return volume.isNucleus(other) && voxels > least / 2;
      })
      .sort((a, b) => b.voxels - a.voxels || a.other - b.other);
    take(best ? answerProposal(now(), best.other, hand) : drawNucleus(now(), label, hand));
  }
  for (const object of proposals.objects.filter((one) => isMiddleIn(one, box) && volume.isNucleus(one.label))) {
    if (proposals.sharedWith(object.label, truth).some(({ other }) => settled.has(other))) continue;
    const answer = answerProposal(now(), object.label, hand);
    if (answer.rejected.length > 0) take(answer);
  }
  const background = truth.backgroundIn(box, (label) => hand.misses(label) && !settled.has(label));
  return {
    acts: [{ kind: "look" }, ...answers.flatMap(({ acts }) => acts)],
    painted: answers.flatMap(({ painted }) => painted),
    settled: answers.flatMap((answer) => answer.settled),
    rejected: [...rejected],
    background: [...answers.flatMap((answer) => answer.background), ...background],
  };
}

export function isMiddleIn({ box: { minZyx, maxZyx } }: Pick<LabelObject, "box">, box: VoxelBox): boolean {
  const middle = (axis: 0 | 1 | 2) => Math.floor((minZyx[axis] + maxZyx[axis]) / 2);
  return containsPoint(box, middle(0), middle(1), middle(2));
}
