import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { ConsensusMethod } from "../../core/agreement/blind-study.ts";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { Problem } from "../../core/problem.ts";
import { brickKeysOfBox } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import { type study, studyLayer } from "../../db/schema/index.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import type { Services } from "../services.ts";
import { beginWriting, dropWritten } from "../storage/blob-removal.ts";
import { volumePrefix } from "../storage/import-places.ts";
import { describeLayers } from "./closed-layers.ts";
import { askToAgree } from "./comparison/ask-study-process.ts";

type StudyRow = typeof study.$inferSelect;

/**
 * The consensus of closed layers becomes proposals of the study's volume. What is proposed outside of the box stays. `alongside` runs in the
 * transaction that shows them. Returns how many there are.
 */
export async function proposeConsensus(
  services: Services,
  row: StudyRow,
  method: ConsensusMethod,
  alongside: (tx: Transaction, predictionId: string) => Promise<void>,
): Promise<number> {
  const { model: _, ...layers } = await describeLayers(services, row);
  const folder = `${volumePrefix(row.volumeId)}predictions/${randomUUID()}/`;
  // Of what a server leaves that is killed meanwhile, the next one knows.
  await beginWriting(services.db, folder, services.cluster?.id);
  try {
    const prefix = `${folder}consensus.ome.zarr/`;
    const { nuclei } = await askToAgree(services, { ...layers, method, prefix });
    if (nuclei.length === 0)
      throw new Problem({ tag: "no-consensus", what: "There is no nucleus that half of the annotators have." });
    const annotators = await services.db.$count(studyLayer, eq(studyLayer.studyId, row.id));
    await publishPrediction(
      services,
      {
        volumeId: row.volumeId,
        source: "study",
        checkpointId: null,
        snapshotId: null,
        jobId: null,
        instances: nuclei.map(({ extent }) => toInstance(extent, layers.shapeZyx)),
        truthShapes: [],
        predicted: { kind: "image", prefix },
        brickKeys: brickKeysOfBox(layers.box),
        replacesIn: layers.box,
        votes: { annotators, of: new Map(nuclei.map(({ extent, votes }) => [extent.label, votes])) },
      },
      alongside,
    );
    return nuclei.length;
  } finally {
    await dropWritten(services, folder);
  }
}

const toInstance = (extent: LabelExtent, shapeZyx: Zyx): PredictedInstance => ({
  id: extent.label,
  kind: "nucleus",
  box: { minZyx: [...extent.minZyx], maxZyx: [...extent.maxZyx] },
  centroidZyx: [...extent.centroidZyx],
  voxels: extent.voxels,
  touchesBorder: [0, 1, 2].some((axis) => extent.minZyx[axis] === 0 || extent.maxZyx[axis] === shapeZyx[axis]),
  scores: null,
  facts: null,
  meanEntropy: 0,
  shape: null,
});
