import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import type { EditAct, EditedLabels, LabelValue } from "./label-document.ts";
import { addOutline } from "./outline.ts";
import { applyMask, overwritable, type PaintMask } from "./paint-mask.ts";
import type { SlicePlane } from "./slice-plane.ts";
import { addStroke, type Brush } from "./stroke.ts";
import { VoxelSet } from "./voxel-set.ts";

/** What a person asked for, as a value: it becomes voxels only in `rasterise`, and a record only in `paintAct`. */
export type EditIntent =
  | { readonly kind: "stroke"; readonly brush: Brush; readonly pathZyx: readonly Zyx[] }
  | {
      readonly kind: "outline";
      readonly plane: SlicePlane;
      /** Voxel index along the normal of the plane. */
      readonly slice: number;
      readonly pathZyx: readonly Zyx[];
    }
  | { readonly kind: "voxels"; readonly voxels: VoxelSet };

/** How an intent is written: label 0 erases. */
export interface PaintOrder {
  /** For the undo hint. */
  readonly name: string;
  readonly intent: EditIntent;
  readonly label: LabelValue;
  readonly mask: PaintMask;
  readonly selectedLabel: LabelValue;
}

/** The voxels of an intent, masks not applied. Synchronous, walks only the bricks it touches. */
export function rasterise(intent: EditIntent, space: VoxelSpace): VoxelSet {
  if (intent.kind === "voxels") return intent.voxels;
  const voxels = new VoxelSet(space.shapeZyx);
  if (intent.kind === "stroke") addStroke(voxels, intent.pathZyx, intent.brush, space.voxelSizeZyx);
  else addOutline(voxels, intent.pathZyx, intent.plane, intent.slice);
  return voxels;
}

/**
 * The one record of a gesture, its mask evaluated against the labels of now; null when nothing is left to write.
 * Synchronous where no brick is missing, so that a stroke is painted in the frame it ends.
 */
export function paintAct(document: EditedLabels, order: PaintOrder): EditAct | null | Promise<EditAct | null> {
  const covered = rasterise(order.intent, document);
  const mayOverwrite = overwritable({
    mask: order.mask,
    label: order.label,
    selectedLabel: order.selectedLabel,
    membersOf: (label) => document.membersOf(label),
  });
  const build = (): EditAct | null => {
    const voxels = applyMask(covered, document, mayOverwrite);
    if (voxels.count === 0) return null;
    return { name: order.name, records: [{ kind: "paint", label: order.label, runs: voxels.toRuns() }] };
  };
  const missing = mayOverwrite ? covered.brickKeys().filter((key) => document.readBrick(key) === undefined) : [];
  return missing.length === 0 ? build() : document.loadBricks(missing).then(build);
}
