import { Problem } from "../../problem.ts";
import type { VoxelBox, Zyx } from "../../volume/voxel-space.ts";
import type { EditAct, EditedLabels, LabelValue } from "../label-document.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { planeAxes, type SlicePlane } from "../slice-plane.ts";
import { VoxelSet } from "../voxel-set.ts";

/** A straight line in a slice; the cut goes through all slices of that plane. Fractional voxels. */
export interface CutLine {
  readonly plane: SlicePlane;
  readonly fromZyx: Zyx;
  readonly toZyx: Zyx;
}

/**
 * Cuts a nucleus in two along the line, drawn on beyond its ends: the larger piece keeps the label, the other gets a new one
 * with the same class. Throws a Problem where all of the nucleus lies on one side.
 */
export async function cutByLineAct(
  document: EditedLabels,
  label: LabelValue,
  line: CutLine,
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
): Promise<EditAct> {
  const voxels = await collectNucleusVoxels(document, document.membersOf(label), knownBox, signal);
  const [one, other] = sidesOf(voxels, line);
  const piece = one.count < other.count ? one : other;
  if (piece.count === 0)
    throw new Problem({
      tag: "line-beside",
      what: "The line does not cut the nucleus in two.",
      hint: "Draw it across the nucleus.",
    });
  const cut = document.newLabel();
  const className = document.fieldsOf(label).class;
  return {
    name: "cut",
    records: [
      { kind: "paint", label: cut, runs: piece.toRuns() },
      ...(className ? [{ kind: "field" as const, label: cut, field: "class" as const, value: className }] : []),
    ],
  };
}

/** By the side on which the centre of a voxel lies: no lengths are compared, so the size of voxels does not matter. */
export function sidesOf(voxels: VoxelSet, { plane, fromZyx, toZyx }: CutLine): readonly [VoxelSet, VoxelSet] {
  const { row, column } = planeAxes(plane);
  const [down, right] = [toZyx[row] - fromZyx[row], toZyx[column] - fromZyx[column]];
  const sides = [new VoxelSet(voxels.shapeZyx), new VoxelSet(voxels.shapeZyx)] as const;
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) {
      const at = [z, y, x];
      const side = down * (at[column] + 0.5 - fromZyx[column]) - right * (at[row] + 0.5 - fromZyx[row]);
      sides[side < 0 ? 0 : 1].add(z, y, x);
    }
  });
  return sides;
}
