import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { volume } from "../../../db/schema/index.ts";
import { type BoxKind, boxKinds } from "./box-kind.ts";

const corner = z.int().min(0).max(65_536);
const cornerZyx = z.tuple([corner, corner, corner]);

/** Half-open, voxels of level 0. */
export const boxInput = z.object({ kind: z.enum(boxKinds), minZyx: cornerZyx, maxZyx: cornerZyx });

/** In one slice no nucleus can be measured in 3D. */
const MIN_VALIDATION_SLICES = 2;

/** At least one voxel, inside the volume, and thick enough for what it is to mean. */
export async function requirePlace(
  db: Database | Transaction,
  volumeId: string,
  { kind, minZyx, maxZyx }: { readonly kind: BoxKind; readonly minZyx: Zyx; readonly maxZyx: Zyx },
): Promise<void> {
  const [{ shapeZyx }] = await db.select({ shapeZyx: volume.shapeZyx }).from(volume).where(eq(volume.id, volumeId));
  const where = `${minZyx.join(", ")} to ${maxZyx.join(", ")} in a volume of ${shapeZyx.join(" × ")} voxels`;
  if (maxZyx.some((end, axis) => end <= minZyx[axis] || end > shapeZyx[axis]))
    throw new Problem({
      tag: "box-outside",
      what: "The box is empty or reaches beyond the volume.",
      where,
      hint: "Draw it again inside the volume.",
    });
  if (kind === "validation" && maxZyx[0] - minZyx[0] < Math.min(MIN_VALIDATION_SLICES, shapeZyx[0]))
    throw new Problem({
      tag: "box-too-thin",
      what: "A box that is kept for validation must hold more than one slice: nuclei are measured in 3D.",
      where,
      hint: "Drag its upper or lower face in the XZ or YZ pane, or type other numbers for z.",
    });
}
