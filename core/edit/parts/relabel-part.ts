import { Problem } from "../../problem.ts";
import { brickKeyAt } from "../../volume/brick.ts";
import type { VoxelBox, Zyx } from "../../volume/voxel-space.ts";
import type { EditAct, LabelDocument, LabelValue } from "../label-document.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { VoxelReader } from "../voxel-reader.ts";
import { partsOf } from "./parts-of.ts";

/**
 * Gives the part of a nucleus that hangs together at a voxel to another nucleus, or with null to a new one of the same class.
 * Throws a Problem where there is no nucleus, where it has one part only, or where it is the other one already.
 */
export async function relabelPartAct(
  document: LabelDocument,
  atZyx: Zyx,
  to: LabelValue | null,
  knownBox: (label: LabelValue) => VoxelBox | null,
  signal?: AbortSignal,
): Promise<EditAct> {
  await document.loadBricks([brickKeyAt(...atZyx)], signal);
  const from = new VoxelReader(document).at(...atZyx);
  if (from === 0)
    throw new Problem({
      tag: "no-nucleus",
      what: "There is no nucleus under the pointer.",
      hint: "Point at the part.",
    });
  const group = document.membersOf(from);
  if (to !== null && group.includes(to))
    throw new Problem({
      tag: "same-nucleus",
      what: "The part under the pointer belongs to the selected nucleus already.",
      hint: "Select the nucleus that it should go to, then point at the part.",
    });
  const parts = partsOf(await collectNucleusVoxels(document, group, knownBox(from), signal));
  const part = parts.find((one) => one.has(...atZyx));
  if (!part || (parts.length < 2 && to === null))
    throw new Problem({
      tag: "one-part",
      what: "This nucleus hangs together: there is no part to take off.",
      hint: "Split it instead.",
    });
  const label = to === null ? document.newLabel() : document.canonicalLabel(to);
  const className = to === null ? document.fieldsOf(from).class : undefined;
  return {
    name: "relabel part",
    records: [
      { kind: "paint", label, runs: part.toRuns() },
      ...(className ? [{ kind: "field" as const, label, field: "class" as const, value: className }] : []),
    ],
  };
}
