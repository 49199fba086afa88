import { diameterObjection } from "../../../core/perception/nucleus-diameter.ts";
import { hasRole } from "../../../core/roles.ts";
import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import { type Measured, measuredUm } from "../../tools/measure/measured.ts";
import { formatLengthUm } from "../../viewer/geometry/scale-bar-length.ts";
import type { MeasuredBall } from "../../viewer/viewer-contract.ts";
import type { EditorProps } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";

export const maySayNucleusSize = ({ role }: Pick<EditorProps, "role">): boolean => hasRole(role, "annotator");

/** As it is shown, so that what is kept is what was read. */
export const shownDiameterUm = (lengthUm: number): number => Number(lengthUm.toPrecision(3));

/** A nucleus as wide as what is measured, round the middle of it; null while an end is missing. */
export function measuredBall(
  { fromZyx, toZyx }: Measured,
  space: Pick<VoxelSpace, "voxelSizeZyx">,
  saidUm: number | null,
): MeasuredBall | null {
  if (!toZyx) return null;
  const diameterUm = measuredUm(fromZyx, toZyx, space).lengthUm;
  const middle = (axis: 0 | 1 | 2) => (fromZyx[axis] + toZyx[axis]) / 2;
  const centreZyx: Zyx = [middle(0), middle(1), middle(2)];
  return { centreZyx, diameterUm, isSaid: shownDiameterUm(diameterUm) === saidUm };
}

/** Says for everybody how wide nuclei of this volume are; null: as labels, model or image say. */
export async function sayNucleusSize(editor: EditorController, lengthUm: number | null): Promise<void> {
  const { image, setNucleusDiameter } = editor.props();
  const diameterUm = lengthUm === null ? null : shownDiameterUm(lengthUm);
  try {
    const objection = diameterUm === null ? null : diameterObjection(diameterUm, image);
    if (objection) throw objection;
    await setNucleusDiameter(diameterUm);
    const said = diameterUm === null ? "As wide as the model and the image say" : `${formatLengthUm(diameterUm)} wide`;
    editor.notify({ tone: "info", text: `${said}: so nuclei are looked for in the next proposals and clicks.` });
  } catch (error) {
    editor.fail(error);
  }
}
