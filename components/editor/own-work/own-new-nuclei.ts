import type { EditAct, LabelDocument, LabelValue } from "../../../core/edit/label-document.ts";
import { statusOf } from "../../../core/edit/nucleus-acts.ts";
import { VoxelReader } from "../../../core/edit/voxel-reader.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import { brickBox } from "../../../core/volume/brick.ts";
import { intersectBoxes, unionOfBoxes, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { NucleusRow } from "../editor-contract.ts";

/** Measured voxel by voxel here: what is larger waits for the server's count. */
const MAX_VOXELS = 4_000_000;

/** Nuclei that this page has painted and the server's list does not hold yet, as while there is no connection. */
export class OwnNewNuclei {
  readonly #document: LabelDocument;
  readonly #userName: string;
  /** Where they were painted, by their labels. */
  readonly #boxes = new Map<LabelValue, { box: VoxelBox; changedAt: string }>();
  /** What has not changed since it was measured. */
  readonly #measured = new Map<LabelValue, Measured | null>();
  readonly #stop: () => void;

  constructor(document: LabelDocument, userName: string) {
    this.#document = document;
    this.#userName = userName;
    this.#stop = document.onBricksChanged((changes) => {
      for (const [label, { box }] of this.#boxes)
        if (changes.some((change) => intersectBoxes(change.box ?? brickBox(change.key, document.shapeZyx), box)))
          this.#measured.delete(label);
    });
  }

  dispose(): void {
    this.#stop();
  }

  /** After each act of this page. */
  painted(act: EditAct, now = new Date()): void {
    for (const record of act.records) {
      const groups = record.kind === "paint" ? [record] : record.kind === "paintGroups" ? record.groups : [];
      for (const { label, runs } of groups) {
        const box = label === 0 ? null : VoxelSet.fromRuns(this.#document.shapeZyx, runs).boundingBox();
        if (!box) continue;
        const known = this.#boxes.get(label)?.box;
        this.#measured.delete(label);
        this.#boxes.set(label, { box: known ? unionOfBoxes(known, box) : box, changedAt: now.toISOString() });
      }
    }
  }

  /** Those that `listed` does not hold, as rows without a number; what was undone or merged into another is none. */
  rows(listed: readonly NucleusRow[]): readonly NucleusRow[] {
    if (this.#boxes.size === 0) return [];
    const isListed = new Set(listed.map(({ label }) => label));
    const rows: NucleusRow[] = [];
    for (const [label, { box, changedAt }] of this.#boxes) {
      if (isListed.has(label)) this.#boxes.delete(label);
      else if (this.#document.canonicalLabel(label) === label) {
        const known = this.#measured.get(label);
        const measured = known === undefined ? measure(this.#document, label, box) : known;
        this.#measured.set(label, measured);
        if (measured) rows.push(this.#row(label, measured, changedAt));
      }
    }
    return rows;
  }

  #row(label: LabelValue, { voxels, centroidZyx, box }: Measured, changedAt: string): NucleusRow {
    const [z, y, x] = this.#document.voxelSizeZyx;
    const fields = this.#document.fieldsOf(label);
    return {
      label,
      number: null,
      status: statusOf(this.#document, label),
      className: fields.class ?? null,
      volumeUm3: voxels * z * y * x,
      centroidZyx,
      box,
      uncertainty: null,
      by: this.#userName,
      changedAt,
      origin: fields.origin ?? null,
      review: "none",
    };
  }
}

interface Measured {
  readonly voxels: number;
  readonly centroidZyx: Zyx;
  readonly box: VoxelBox;
}

/** What of a label lies in a box, in the bricks that are here. */
function measure(document: LabelDocument, label: LabelValue, { minZyx, maxZyx }: VoxelBox): Measured | null {
  if ((maxZyx[0] - minZyx[0]) * (maxZyx[1] - minZyx[1]) * (maxZyx[2] - minZyx[2]) > MAX_VOXELS) return null;
  const reader = new VoxelReader(document);
  const found = new VoxelSet(document.shapeZyx);
  let voxels = 0;
  const sums = [0, 0, 0];
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++)
      for (let x = minZyx[2]; x < maxZyx[2]; x++) {
        if (reader.peek(z, y, x) !== label) continue;
        found.add(z, y, x);
        voxels++;
        sums[0] += z + 0.5;
        sums[1] += y + 0.5;
        sums[2] += x + 0.5;
      }
  const box = found.boundingBox();
  return box && { voxels, centroidZyx: [sums[0] / voxels, sums[1] / voxels, sums[2] / voxels], box };
}
