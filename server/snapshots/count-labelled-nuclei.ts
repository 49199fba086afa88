import { isTruth, labelStatuses } from "../../core/labels/label-status.ts";
import { intersectBoxes, type VoxelBox } from "../../core/volume/voxel-space.ts";
import { listNuclei } from "../collab/list-nuclei.ts";
import type { Services } from "../services.ts";

/** Nuclei of a volume that a training would learn from, as the labels are now: none that touches a box kept out. */
export async function countLabelledNuclei(
  services: Services,
  volumeId: string,
  keptOutBoxes: readonly VoxelBox[],
): Promise<number> {
  const { label, status, boxZyx } = await listNuclei(services, volumeId);
  let count = 0;
  for (let i = 0; i < label.length; i++) {
    if (!isTruth(labelStatuses[status[i]])) continue;
    const [z0, y0, x0, z1, y1, x1] = boxZyx.slice(6 * i, 6 * i + 6);
    const box: VoxelBox = { minZyx: [z0, y0, x0], maxZyx: [z1, y1, x1] };
    if (!keptOutBoxes.some((kept) => intersectBoxes(box, kept))) count++;
  }
  return count;
}
