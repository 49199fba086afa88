import type { EditAct, LabelValue, VoxelRuns } from "../../../core/edit/label-document.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { NucleusRow } from "../editor-contract.ts";

/** One person deleted a nucleus and another painted on it without knowing: what is left is neither's. */
export interface CrossedEdit {
  readonly label: LabelValue;
  readonly number: number | null;
  /** `deleted`: by this person, and it is back. `painted`: by this person without a connection, and it was deleted meanwhile. */
  readonly own: "deleted" | "painted";
  /** Who painted it, where this person deleted it; null otherwise. */
  readonly by: string | null;
  readonly box: VoxelBox;
  /** What this person deleted: it can be brought back whole. */
  readonly deletedRuns: VoxelRuns | null;
  /** Nothing at all of it is left. */
  readonly isGone: boolean;
}

/** A nucleus that has lost more than this share was deleted, not trimmed. */
const LOST_SHARE = 0.5;

interface Deleted {
  readonly row: NucleusRow;
  readonly runs: VoxelRuns;
  /** The list has been without it. */
  wasGone: boolean;
}

/**
 * Notices where a deletion by one person and paint by another have crossed, from this person's acts and from the lists of nuclei that
 * come. Each is told once.
 */
export class CrossedEdits {
  readonly #deleted = new Map<LabelValue, Deleted>();
  /** As they were before this person painted on them without a connection. */
  readonly #paintedAway = new Map<LabelValue, { readonly row: NucleusRow; readonly voxels: number }>();
  readonly #voxelUm3: number;
  #hasErasedAway = false;

  constructor(voxelUm3: number) {
    this.#voxelUm3 = voxelUm3;
  }

  /** This person has deleted a nucleus. */
  deleted(row: NucleusRow, act: EditAct): void {
    const paint = act.records.find((record) => record.kind === "paint");
    if (paint) this.#deleted.set(row.label, { row, runs: paint.runs, wasGone: false });
  }

  /** They took deletions back: that it returns is their own doing. */
  deletionUndone(): void {
    this.#deleted.clear();
  }

  /** An act without a connection. `listed`: the last list that came. */
  committedAway(act: EditAct, listed: readonly NucleusRow[], canonicalLabel: (label: LabelValue) => LabelValue): void {
    for (const record of act.records) {
      const labels =
        record.kind === "paint"
          ? [record.label]
          : record.kind === "paintGroups"
            ? record.groups.map(({ label }) => label)
            : [];
      for (const label of labels) {
        if (label === 0) this.#hasErasedAway = true;
        const row = listed.find((one) => one.label === canonicalLabel(label));
        if (row && !this.#paintedAway.has(row.label))
          this.#paintedAway.set(row.label, { row, voxels: row.volumeUm3 / this.#voxelUm3 });
      }
    }
  }

  /** A list of nuclei has come. */
  listed(rows: readonly NucleusRow[]): readonly CrossedEdit[] {
    const found: CrossedEdit[] = [];
    for (const [label, deleted] of this.#deleted) {
      const row = rows.find((one) => one.label === label);
      if (!row) deleted.wasGone = true;
      else if (deleted.wasGone) {
        this.#deleted.delete(label);
        // About as large as it was: somebody brought it back, and knew.
        if (row.volumeUm3 >= LOST_SHARE * deleted.row.volumeUm3) continue;
        const { number, by, box } = row;
        found.push({ label, number, own: "deleted", by, box, deletedRuns: deleted.runs, isGone: false });
      }
    }
    return found;
  }

  get hasPaintedAway(): boolean {
    return this.#paintedAway.size > 0;
  }

  /** The connection is back and all is saved. `countVoxels`: of a nucleus as it is now, which lay in the box before. */
  async cameBack(countVoxels: (label: LabelValue, box: VoxelBox) => Promise<number>): Promise<readonly CrossedEdit[]> {
    const [painted, hasErased] = [[...this.#paintedAway.values()], this.#hasErasedAway];
    this.#paintedAway.clear();
    this.#hasErasedAway = false;
    const found: CrossedEdit[] = [];
    for (const { row, voxels } of painted) {
      const left = await countVoxels(row.label, row.box);
      if (left > 0 && (hasErased || left >= LOST_SHARE * voxels)) continue;
      const { label, number, box } = row;
      found.push({ label, number, own: "painted", by: null, box, deletedRuns: null, isGone: left === 0 });
    }
    return found;
  }
}
