import { and, asc, eq, isNull, notExists, sql } from "drizzle-orm";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { Problem } from "../../core/problem.ts";
import { brickKeysOfBox } from "../../core/volume/brick.ts";
import { containsPoint, unionOfBoxes } from "../../core/volume/voxel-space.ts";
import type { Database } from "../../db/client.ts";
import { prediction, proposal, study, studyLayer } from "../../db/schema/index.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import type { Services } from "../services.ts";

type StudyRow = typeof study.$inferSelect;

/** A layer that shall begin with proposals and has none yet. */
export async function nextUnseeded(db: Database): Promise<{ study: StudyRow; layerId: string } | undefined> {
  const seeded = db.select({ one: sql`1` }).from(prediction).where(eq(prediction.volumeId, studyLayer.volumeId));
  const [found] = await db
    .select({ study, layerId: studyLayer.volumeId })
    .from(study)
    .innerJoin(studyLayer, eq(studyLayer.studyId, study.id))
    .where(and(eq(study.state, "drawing"), eq(study.beginsWith, "proposals"), isNull(study.problem), notExists(seeded)))
    .orderBy(asc(study.createdAt), asc(studyLayer.number))
    .limit(1);
  return found;
}

/** The same for each layer: what the prediction that was current when the study began proposes in the box, judged there or not. */
export async function seedLayer(services: Services, row: StudyRow, layerId: string): Promise<void> {
  const { db } = services;
  const box = { minZyx: row.minZyx, maxZyx: row.maxZyx };
  const [source] = await db
    .select({ id: prediction.id, prefix: prediction.blobPrefix })
    .from(prediction)
    .where(and(eq(prediction.volumeId, row.volumeId), eq(prediction.id, row.seedPredictionId ?? row.id)));
  if (!source?.prefix)
    throw new Problem({
      tag: "study-without-proposals",
      what: "The proposals that this study began with are gone.",
      hint: "Delete the study and begin another one.",
    });
  const rows = await db
    .select()
    .from(proposal)
    .where(and(eq(proposal.predictionId, source.id), eq(proposal.kind, "nucleus"), eq(proposal.planted, false)));
  const inBox = rows.filter(({ centroidZyx: [z, y, x] }) => containsPoint(box, z, y, x));
  await publishPrediction(services, {
    volumeId: layerId,
    source: "import",
    checkpointId: null,
    snapshotId: null,
    jobId: null,
    instances: inBox.map(toInstance),
    truthShapes: [],
    predicted: { kind: "image", prefix: source.prefix },
    brickKeys: brickKeysOfBox(inBox.reduce(unionOfBoxes, box)),
  });
}

const toInstance = (row: typeof proposal.$inferSelect): PredictedInstance => ({
  id: row.labelValue,
  kind: "nucleus",
  box: { minZyx: [...row.minZyx], maxZyx: [...row.maxZyx] },
  centroidZyx: [...row.centroidZyx],
  voxels: row.voxels,
  touchesBorder: row.touchesBorder,
  scores: null,
  facts: null,
  meanEntropy: 0,
  shape: null,
});
