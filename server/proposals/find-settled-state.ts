import { eq } from "drizzle-orm";
import { brickKeysOfBox } from "../../core/volume/brick.ts";
import { prediction } from "../../db/schema/index.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import type { Services } from "../services.ts";
import { readLiveBrick, readLiveStatus } from "../snapshots/live-labels.ts";
import type { Question } from "./question.ts";

/** Covered by more than this share, there is nothing left to ask. */
const COVERED_SHARE = 0.5;

/** What the labels themselves say of a proposal that has no decision yet; null while it is open. */
export async function findSettledState(
  services: Services,
  volumeId: string,
  question: Pick<Question, "labelValue" | "predictionId" | "minZyx" | "maxZyx" | "voxels">,
): Promise<"accepted" | "corrected" | "rejected" | "replaced" | null> {
  const status = await readLiveStatus(services, volumeId, question.labelValue);
  if (status === "accepted" || status === "corrected" || status === "rejected") return status;
  const [image] = await services.db
    .select({ prefix: prediction.blobPrefix })
    .from(prediction)
    .where(eq(prediction.id, question.predictionId));
  if (!image?.prefix) return "replaced";
  let covered = 0;
  for (const key of brickKeysOfBox({ minZyx: question.minZyx, maxZyx: question.maxZyx })) {
    const [proposed, live] = await Promise.all([
      readLabelChunk(services.blobs, image.prefix, key),
      readLiveBrick(services, volumeId, key),
    ]);
    if (!proposed || !live) continue;
    for (let i = 0; i < proposed.length; i++) if (proposed[i] === question.labelValue && live[i] !== 0) covered++;
  }
  return covered > COVERED_SHARE * question.voxels ? "replaced" : null;
}
