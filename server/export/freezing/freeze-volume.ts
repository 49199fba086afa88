import { asc, eq } from "drizzle-orm";
import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import { type volume, volumeChannel } from "../../../db/schema/index.ts";
import { labelScratchBytes } from "../../label-images/write-label-image.ts";
import type { Services } from "../../services.ts";
import { inScratchFolder } from "../../storage/scratch-folder.ts";
import { writeFrozenNuclei } from "../frozen/dataset-blobs.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { AnnotatorName } from "./annotator-names.ts";
import { judgedOrigins } from "./nucleus-origins.ts";
import { peopleOfVolume } from "./people-of-volume.ts";
import type { MeasuredVolume } from "./worker/freeze-messages.ts";
import type { FreezeProcess } from "./worker/start-freeze-process.ts";

export interface FreezeVolumeJob {
  readonly services: Services;
  readonly versionId: string;
  readonly snapshotId: string;
  readonly row: typeof volume.$inferSelect;
  readonly manifest: SnapshotManifest;
  /** Place of the volume's journal that the snapshot holds. */
  readonly journalPosition: number;
  readonly fileName: string;
  readonly nameOf: (userId: string) => AnnotatorName;
  readonly process: FreezeProcess;
  /** 0…1 */
  readonly onProgress: (done: number) => void;
}

/** Writes what the snapshot does not have, the mask and the table of nuclei, and describes the volume. */
export async function freezeVolume(job: FreezeVolumeJob): Promise<{ volume: FrozenVolume; nuclei: FrozenNucleus[] }> {
  const { services, versionId, row, manifest } = job;
  const { blobs, db } = services;
  const { knownShare, shapes } = await measureInScratch(job);
  const origins = await judgedOrigins(db, row.id);
  const toldOf = await peopleOfVolume(services, row, job.journalPosition);
  const channels = await db
    .select({
      index: volumeChannel.index,
      name: volumeChannel.name,
      color: volumeChannel.color,
      labelled: volumeChannel.labelled,
    })
    .from(volumeChannel)
    .where(eq(volumeChannel.volumeId, row.id))
    .orderBy(asc(volumeChannel.index));
  const byLabel = new Map(manifest.nuclei.map((nucleus) => [nucleus.label, nucleus]));
  const nuclei = shapes.map(({ labelValue, centroidZyxUm: [z, y, x], ...shape }): FrozenNucleus => {
    const frozen = byLabel.get(labelValue);
    const told = frozen && toldOf(frozen);
    const names = (ids: readonly string[] = []) => ids.map((id) => job.nameOf(id).name);
    const judged = origins.get(labelValue);
    return {
      label: labelValue,
      status: frozen?.status === "corrected" ? "corrected" : "accepted",
      class: frozen?.class ?? null,
      annotator: told?.annotator ? job.nameOf(told.annotator).name : null,
      people: {
        drew: names(told?.drew),
        corrected: names(told?.corrected),
        accepted: names(told?.accepted),
        classified: names(told?.classified),
      },
      origin: told?.origin ?? "import",
      checkpointId: judged?.checkpointId ?? null,
      uncertainty: judged?.uncertainty ?? null,
      shape: { ...shape, centroidZyxUm: [z, y, x] },
    };
  });
  await writeFrozenNuclei(blobs, versionId, row.id, nuclei);
  job.onProgress(1);
  return {
    nuclei,
    volume: {
      id: row.id,
      name: row.name,
      fileName: job.fileName,
      specimen: manifest.specimen,
      split: manifest.keptOut ? "test" : "train",
      shapeZyx: manifest.shapeZyx,
      voxelSizeZyx: manifest.voxelSizeZyx,
      pixelType: row.pixelType,
      intensityRange: row.quality ? [row.quality.percentile1, row.quality.percentile998] : null,
      sourceFileName: row.sourceFileName,
      sourceSha256: row.sourceSha256,
      sourceFiles: row.sourceFiles,
      origin: row.origin,
      ...(channels.length > 0 && { channels }),
      nuclei: nuclei.length,
      truncatedNuclei: nuclei.filter(({ shape }) => shape.truncated).length,
      unfinishedNuclei: manifest.nuclei.length - nuclei.length,
      largestLabel: nuclei.at(-1)?.label ?? 0,
      knownShare,
      boxes: manifest.boxes,
    },
  };
}

function measureInScratch({ process, onProgress, services, ...task }: FreezeVolumeJob): Promise<MeasuredVolume> {
  const { versionId, snapshotId, manifest } = task;
  const neededBytes = labelScratchBytes(manifest.shapeZyx);
  return inScratchFolder(
    { dataRoot: services.environment.dataRoot, neededBytes, what: "The mask of known voxels" },
    (scratchFolder) => process.measure({ versionId, snapshotId, manifest, scratchFolder }, onProgress),
  );
}
