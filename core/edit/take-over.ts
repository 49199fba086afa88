import { type BrickKey, indexInBrick } from "../volume/brick.ts";
import type {
  BrickChange,
  EditAct,
  EditedLabels,
  EditRecord,
  LabelBrickSource,
  LabelValue,
  Unsubscribe,
} from "./label-document.ts";
import { type JudgedProposal, takeProposalAct } from "./review-acts.ts";
import { VoxelSet } from "./voxel-set.ts";

/** Builds the rest of an act on the labels as they will be when the proposals are taken over; null: nothing else is to be done. */
export type BuildAct = (labels: EditedLabels) => EditAct | null | Promise<EditAct | null>;

/**
 * Takes proposals over (their voxels over background only, marked as corrected) and goes on with them, as one act: one undo brings
 * the proposals back. Throws a Problem where one of them has no free voxel left.
 */
export async function takeOverAct(
  labels: EditedLabels,
  proposals: LabelBrickSource,
  given: readonly JudgedProposal[],
  build: BuildAct,
  signal?: AbortSignal,
): Promise<EditAct> {
  const taken: EditRecord[] = [];
  for (const one of given) taken.push(...(await takeProposalAct(labels, proposals, one, "corrected", signal)).records);
  const act = await build(new LabelsWithPaint(labels, taken));
  return {
    name: act ? `${act.name} on a proposal` : "correct",
    records: [...taken, ...(act?.records ?? [])],
    proposals: given.map(({ label }) => label),
  };
}

/** What a person made in the place of a proposal is the correction of it: nothing of the proposal itself is copied. */
export const correctedByAct = (act: EditAct, { id, label }: JudgedProposal): EditAct => ({
  name: `${act.name} on a proposal`,
  records: [
    ...act.records,
    { kind: "field", label, field: "status", value: "corrected" },
    { kind: "field", label, field: "origin", value: id },
  ],
  proposals: [label],
});

/** The labels with records of paint over them that are not committed yet. */
class LabelsWithPaint implements EditedLabels {
  readonly #labels: EditedLabels;
  readonly #painted: { readonly label: LabelValue; readonly voxels: VoxelSet; readonly keys: ReadonlySet<BrickKey> }[];
  readonly #copies = new Map<BrickKey, Uint32Array>();

  constructor(labels: EditedLabels, records: readonly EditRecord[]) {
    this.#labels = labels;
    this.#painted = records.flatMap((record) => {
      if (record.kind !== "paint") return [];
      const voxels = VoxelSet.fromRuns(labels.shapeZyx, record.runs);
      return [{ label: record.label, voxels, keys: new Set(voxels.brickKeys()) }];
    });
  }

  get shapeZyx() {
    return this.#labels.shapeZyx;
  }

  get voxelSizeZyx() {
    return this.#labels.voxelSizeZyx;
  }

  readBrick(key: BrickKey): Uint32Array | undefined {
    const below = this.#labels.readBrick(key);
    const over = this.#painted.filter(({ keys }) => keys.has(key));
    if (!below || over.length === 0) return below;
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = below.slice();
      for (const { label, voxels } of over)
        voxels.forEachRunOfBrick(key, (z, y, first, end) => {
          const at = indexInBrick(z, y, first);
          copy?.fill(label, at, at + end - first);
        });
      this.#copies.set(key, copy);
    }
    return copy;
  }

  loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void> {
    return this.#labels.loadBricks(keys, signal);
  }

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): Unsubscribe {
    return this.#labels.onBricksChanged(listener);
  }

  keepLoaded(holder: string, keys: readonly BrickKey[]): void {
    this.#labels.keepLoaded(holder, keys);
  }

  newLabel = () => this.#labels.newLabel();
  canonicalLabel = (label: LabelValue) => this.#labels.canonicalLabel(label);
  membersOf = (label: LabelValue) => this.#labels.membersOf(label);
  mergeEdgesOf = (label: LabelValue) => this.#labels.mergeEdgesOf(label);
  fieldsOf = (label: LabelValue) => this.#labels.fieldsOf(label);
}
