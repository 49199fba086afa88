import type { LabelBrickSource, LabelValue } from "./label-document.ts";
import { VoxelReader } from "./voxel-reader.ts";
import { VoxelSet } from "./voxel-set.ts";

/** What paint may cover: anything, only background, or only the selected nucleus. */
export const paintMasks = ["everything", "background", "selected"] as const;

export type PaintMask = (typeof paintMasks)[number];

/** The labels that an edit concerns, with every member of a merged group. */
export interface MaskContext {
  readonly mask: PaintMask;
  /** 0 = the edit erases. */
  readonly label: LabelValue;
  readonly membersOf: (label: LabelValue) => readonly LabelValue[];
  readonly selectedLabel: LabelValue;
}

/**
 * Whether a voxel with this label may be written; null = every voxel. Voxels that have the painted label already stay in
 * the edit under "background": they count when the stroke beneath them is undone. Erasing over background would do
 * nothing, so an eraser takes that mask as "everything".
 */
export function overwritable(context: MaskContext): ((present: LabelValue) => boolean) | null {
  switch (context.mask) {
    case "everything":
      return null;
    case "background": {
      if (context.label === 0) return null;
      const own = new Set(context.membersOf(context.label));
      return (present) => present === 0 || own.has(present);
    }
    case "selected": {
      const selected = new Set(context.selectedLabel === 0 ? [] : context.membersOf(context.selectedLabel));
      return (present) => selected.has(present);
    }
  }
}

/** The part of a set whose present labels may be overwritten. All its bricks must be loaded. */
export function applyMask(
  voxels: VoxelSet,
  labels: LabelBrickSource,
  mayOverwrite: ((present: LabelValue) => boolean) | null,
): VoxelSet {
  if (!mayOverwrite) return voxels;
  const kept = new VoxelSet(voxels.shapeZyx);
  const reader = new VoxelReader(labels);
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) if (mayOverwrite(reader.at(z, y, x))) kept.add(z, y, x);
  });
  return kept;
}
