import { eq } from "drizzle-orm";
import { isTruth } from "../../core/labels/label-status.ts";
import { brickGridZyx, brickKeyOf } from "../../core/volume/brick.ts";
import { volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { statusInSnapshot } from "./frozen-status.ts";
import { liveLabels } from "./live-labels.ts";

/** Nuclei of a volume that a training would learn from, as the labels are now. */
export async function countLabelledNuclei(services: Services, volumeId: string): Promise<number> {
  const [row] = await services.db.select().from(volume).where(eq(volume.id, volumeId));
  if (!row) return 0;
  const labels = await liveLabels(services).freeze(volumeId);
  const found = new Set<number>();
  const [bricksZ, bricksY, bricksX] = brickGridZyx(row.shapeZyx);
  for (let bz = 0; bz < bricksZ; bz++)
    for (let by = 0; by < bricksY; by++)
      for (let bx = 0; bx < bricksX; bx++)
        for (const label of (await labels.readBrick(brickKeyOf(bz, by, bx))) ?? []) if (label !== 0) found.add(label);
  return [...found].filter((label) => isTruth(statusInSnapshot(labels.fieldsOf(label).status, false))).length;
}
