import type { EditAct, LabelDocument, LabelValue } from "../../../core/edit/label-document.ts";
import { deleteNucleusAct } from "../../../core/edit/nucleus-acts.ts";
import { collectNucleusVoxels } from "../../../core/edit/nucleus-voxels.ts";
import { applyMask } from "../../../core/edit/paint-mask.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import type { NucleusRow } from "../editor-contract.ts";
import { type CrossedEdit, CrossedEdits } from "./crossed-edits.ts";
import { OwnNewNuclei } from "./own-new-nuclei.ts";

/** What this page did and the server's list does not tell: nuclei that are too new for it, and deletions that crossed with paint. */
export class OwnWork {
  readonly #document: LabelDocument;
  readonly #listed: () => readonly NucleusRow[];
  readonly #tell: (crossed: CrossedEdit) => void;
  readonly #new: OwnNewNuclei;
  readonly #crossed: CrossedEdits;
  readonly #stop: () => void;

  constructor(
    document: LabelDocument,
    userName: string,
    listed: () => readonly NucleusRow[] | undefined,
    tell: (crossed: CrossedEdit) => void,
  ) {
    this.#document = document;
    this.#listed = () => listed() ?? [];
    this.#tell = tell;
    this.#new = new OwnNewNuclei(document, userName);
    const [z, y, x] = document.voxelSizeZyx;
    this.#crossed = new CrossedEdits(z * y * x);
    this.#stop = document.subscribe(() => void this.#lookWhenBack());
  }

  committed(act: EditAct): void {
    this.#new.painted(act);
    if (this.#document.saveState.kind === "offline")
      this.#crossed.committedAway(act, this.#listed(), (label) => this.#document.canonicalLabel(label));
  }

  deleted(label: LabelValue, act: EditAct): void {
    const row = this.#listed().find((one) => one.label === label);
    if (row) this.#crossed.deleted(row, act);
  }

  undone(actName: string): void {
    if (actName === "delete nucleus") this.#crossed.deletionUndone();
  }

  listCame(): void {
    for (const crossed of this.#crossed.listed(this.#listed())) this.#tell(crossed);
  }

  /** Beside the rows of the list. */
  newRows(): readonly NucleusRow[] {
    return this.#new.rows(this.#listed());
  }

  dispose(): void {
    this.#stop();
    this.#new.dispose();
  }

  async #lookWhenBack(): Promise<void> {
    if (this.#document.saveState.kind !== "saved" || !this.#crossed.hasPaintedAway) return;
    const document = this.#document;
    const found = await this.#crossed
      .cameBack(async (label, box) => (await collectNucleusVoxels(document, document.membersOf(label), box)).count)
      .catch(() => []); // the bricks cannot be had: the labels themselves are right
    for (const crossed of found) this.#tell(crossed);
  }
}

/** It stays deleted: what was painted on it goes too. */
export const deleteCrossedAct = (document: LabelDocument, { label, box }: CrossedEdit): Promise<EditAct> =>
  deleteNucleusAct(document, label, box);

/** It comes back whole, with what was painted on it; what belongs to others by now stays theirs. Null: nothing is free. */
export async function bringCrossedBackAct(document: LabelDocument, crossed: CrossedEdit): Promise<EditAct | null> {
  if (!crossed.deletedRuns) return null;
  const voxels = VoxelSet.fromRuns(document.shapeZyx, crossed.deletedRuns);
  await document.loadBricks(voxels.brickKeys());
  const free = applyMask(voxels, document, (present) => present === 0);
  if (free.count === 0) return null;
  return { name: "bring back nucleus", records: [{ kind: "paint", label: crossed.label, runs: free.toRuns() }] };
}
