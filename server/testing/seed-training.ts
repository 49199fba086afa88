import { randomUUID } from "node:crypto";
import type { TrainingMetric } from "../../core/contract/trainer-messages.ts";
import { wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { prediction, proposal, snapshot, snapshotVolume, trainingJob, volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/** A ready volume without any pixels, for tests of what happens around them. */
export async function seedVolume(
  { db }: Services,
  given: { projectId: string; createdBy: string; name?: string; specimen?: string; shapeZyx?: Zyx },
): Promise<string> {
  const [row] = await db
    .insert(volume)
    .values({
      projectId: given.projectId,
      name: given.name ?? `volume ${randomUUID()}`,
      specimen: given.specimen ?? "embryo 1",
      state: "ready",
      shapeZyx: given.shapeZyx ?? [20, 70, 90],
      voxelSizeZyx: [1, 0.25, 0.25],
      voxelSizeFrom: "file",
      pixelType: "uint16",
      sourceFileName: "test.tif",
      createdBy: given.createdBy,
    })
    .returning({ id: volume.id });
  return row.id;
}

/** A finished snapshot of these volumes, without labels. */
export async function seedSnapshot({ db }: Services, projectId: string, volumeIds: readonly string[]): Promise<string> {
  const [{ id }] = await db
    .insert(snapshot)
    .values({ projectId, reason: "training", completedAt: new Date() })
    .returning({ id: snapshot.id });
  for (const volumeId of volumeIds)
    await db.insert(snapshotVolume).values({
      snapshotId: id,
      volumeId,
      journalPosition: 0,
      nuclei: 0,
      manifest: {
        volumeId,
        name: "v",
        specimen: "embryo 1",
        keptOut: false,
        shapeZyx: [20, 70, 90],
        voxelSizeZyx: [1, 0.25, 0.25],
        nuclei: [],
        rejectedProposals: null,
        boxes: [],
      },
    });
  return id;
}

export async function seedTrainJob(
  { db }: Services,
  given: { projectId: string; snapshotId: string; maxAttempts?: number },
): Promise<string> {
  const [row] = await db
    .insert(trainingJob)
    .values({
      projectId: given.projectId,
      kind: "train",
      maxAttempts: given.maxAttempts ?? 5,
      payload: { kind: "train", snapshotId: given.snapshotId, parentCheckpointId: null, minutes: 1, seed: 1 },
    })
    .returning({ id: trainingJob.id });
  return row.id;
}

/** A current prediction with these proposals, without an image. */
export async function seedProposals(
  { db }: Services,
  volumeId: string,
  proposals: readonly Partial<typeof proposal.$inferInsert>[],
): Promise<string> {
  const [{ id }] = await db
    .insert(prediction)
    .values({
      volumeId,
      source: "model",
      blobPrefix: `volumes/${volumeId}/predictions/test/labels.ome.zarr/`,
      current: true,
    })
    .returning({ id: prediction.id });
  const box = wholeBox([4, 5, 6]);
  const rows = proposals.map((given, i) => ({
    volumeId,
    labelValue: i + 1,
    predictionId: id,
    kind: "nucleus" as const,
    centroidZyx: [2, 2, 3] as const,
    ...box,
    voxels: 50,
    touchesBorder: false,
    uncertainty: (i + 1) / proposals.length,
    ...given,
  }));
  for (let from = 0; from < rows.length; from += 1000) await db.insert(proposal).values(rows.slice(from, from + 1000));
  return id;
}

export const metricAt = (step: number, loss: number): TrainingMetric => ({
  step,
  elapsedSeconds: step,
  loss,
  validationAp50: null,
  validationAp75: null,
});
