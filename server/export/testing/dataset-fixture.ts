import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import { measureFully } from "../../../core/morphometry/tools/measure-fully.ts";
import {
  createPixelArray,
  type PixelArray,
  type PixelType,
  voxelCount,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import { writeImagePyramid } from "../../ingest/pyramid/write-image.ts";
import { writeLabelPyramid } from "../../ingest/pyramid/write-labels.ts";
import type { VolumeSource } from "../../ingest/voxels/volume-source.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { createFolderStore } from "../../storage/folder-store.ts";
import { knownMaskFolder, writeFrozenNuclei } from "../frozen/dataset-blobs.ts";
import { DATASET_FORMAT, type DatasetDescription } from "../frozen/dataset-description.ts";
import { TABLE_REVISION } from "../frozen/table-revision.ts";
import { markedShapeZyx, markedVoxelSizeZyx, markerIndex } from "./marked-volume.ts";

export const VERSION_ID = "00000000-0000-4000-8000-000000000001";
export const SNAPSHOT_ID = "00000000-0000-4000-8000-000000000002";
export const VOLUME_ID = "00000000-0000-4000-8000-000000000003";
const PROJECT_ID = "00000000-0000-4000-8000-000000000004";
export const CHECKPOINT_ID = "00000000-0000-4000-8000-000000000005";

/** The label that no 16-bit file can hold, and the one that nobody finished. */
export const LARGE_LABEL = 70_000;
export const UNFINISHED_LABEL = 12;
export const MARKER_LABEL = 9;

export interface DatasetFixture {
  readonly blobs: BlobStore;
  readonly description: DatasetDescription;
  readonly image: PixelArray;
  /** The channel that is there to look at. */
  readonly second: PixelArray;
  /** As frozen, the unfinished nucleus too. */
  readonly labels: Uint32Array;
  readonly known: Uint8Array;
  remove(): Promise<void>;
}

/** A volume in memory as the pyramid writer wants it. */
export function memorySource(pixels: PixelArray, pixelType: PixelType, shapeZyx: Zyx): VolumeSource {
  const [, height, width] = shapeZyx;
  return {
    shapeZyx,
    pixelType,
    blockZy: [1, height],
    read: async (zMin, zMax) => pixels.slice(zMin * height * width, zMax * height * width),
  };
}

function fillBox(labels: Uint32Array, min: Zyx, max: Zyx, value: number): void {
  for (let z = min[0]; z < max[0]; z++)
    for (let y = min[1]; y < max[1]; y++)
      labels.fill(
        value,
        (z * markedShapeZyx[1] + y) * markedShapeZyx[2] + min[2],
        (z * markedShapeZyx[1] + y) * markedShapeZyx[2] + max[2],
      );
}

/** A frozen dataset version of one small volume that crosses chunk borders, written by the product's own writers. */
export async function createDatasetFixture(pixelType: PixelType = "uint16"): Promise<DatasetFixture> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-dataset-"));
  const blobs = createFolderStore(path.join(folder, "blobs"));
  const random = seededRandom(5);
  const image = createPixelArray(pixelType, voxelCount(markedShapeZyx));
  for (let i = 0; i < image.length; i++) image[i] = Math.floor(random() * 100);
  image[markerIndex] = 127;
  const labels = new Uint32Array(image.length);
  fillBox(labels, [1, 10, 20], [4, 30, 50], 3);
  fillBox(labels, [1, 40, 55], [4, 66, 90], LARGE_LABEL); // across the chunk borders at y 64 and x 64
  fillBox(labels, [2, 10, 60], [4, 20, 70], UNFINISHED_LABEL);
  labels[markerIndex] = MARKER_LABEL;
  const known = Uint8Array.from(labels, (label, i) =>
    label === UNFINISHED_LABEL ? 0 : label !== 0 ? 2 : i % 131 < 100 ? 1 : 0,
  );
  const grid = { blobs, voxelSizeZyx: markedVoxelSizeZyx, scratchFolder: folder };
  const imageOf = (pixels: PixelArray, type: PixelType) => memorySource(pixels, type, markedShapeZyx);
  const { quality } = await writeImagePyramid({
    ...grid,
    name: "embryo 1",
    prefix: `volumes/${VOLUME_ID}/image.ome.zarr/`,
    source: imageOf(image, pixelType),
  });
  const second = image.map((value) => 120 - value / 2);
  await writeImagePyramid({
    ...grid,
    name: "GFP",
    color: "00FF00",
    prefix: `volumes/${VOLUME_ID}/channels/0.ome.zarr/`,
    source: imageOf(second, pixelType),
  });
  await writeLabelPyramid({
    ...grid,
    name: "labels",
    sourceImage: "../image",
    prefix: `snapshots/${SNAPSHOT_ID}/${VOLUME_ID}/labels.ome.zarr/`,
    source: imageOf(labels, "uint32"),
  });
  await writeLabelPyramid({
    ...grid,
    name: "known",
    sourceImage: "../image",
    prefix: knownMaskFolder(VERSION_ID, VOLUME_ID),
    source: imageOf(known, "uint8"),
  });
  const space = { shapeZyx: markedShapeZyx, voxelSizeZyx: markedVoxelSizeZyx };
  const measured = measureFully(labels, space, image).filter(({ labelValue }) => labelValue !== UNFINISHED_LABEL);
  await writeFrozenNuclei(
    blobs,
    VERSION_ID,
    VOLUME_ID,
    measured.map(({ labelValue, ...shape }) => ({
      label: labelValue,
      status: labelValue === 3 ? ("corrected" as const) : ("accepted" as const),
      class: labelValue === 3 ? '=mitotic, "late"' : null,
      annotator: labelValue === MARKER_LABEL ? null : "annotator 1",
      people:
        labelValue === MARKER_LABEL
          ? { drew: [], corrected: [], accepted: [], classified: [] }
          : { drew: ["annotator 1"], corrected: [], accepted: ["annotator 1"], classified: ["=Zoë; Ph.D."] },
      origin: labelValue === 3 ? ("proposal" as const) : ("drawn" as const),
      checkpointId: labelValue === 3 ? CHECKPOINT_ID : null,
      uncertainty: labelValue === 3 ? 0.75 : null,
      shape: { ...shape, centroidZyxUm: [...shape.centroidZyxUm] as [number, number, number] },
    })),
  );
  const description: DatasetDescription = {
    format: DATASET_FORMAT,
    id: VERSION_ID,
    version: 2,
    createdAt: "2026-11-01T10:00:00.000Z",
    software: { name: "Karyoloop", version: "0.1.0" },
    project: { id: PROJECT_ID, name: "Mouse embryos, été", description: "Nuclei <of> embryos." },
    guidelines: "# Outline what you see\n",
    licence: "CC-BY-4.0",
    annotators: [
      { name: "annotator 1", named: "pseudonym", nuclei: 2 },
      { name: "=Zoë; Ph.D.", named: "name", nuclei: 0 },
    ],
    classes: [{ name: '=mitotic, "late"', numberKey: 2, color: "#ff0000" }],
    snapshotId: SNAPSHOT_ID,
    table: TABLE_REVISION,
    checkpoint: { id: CHECKPOINT_ID, snapshotId: null, createdAt: "2026-10-31T10:00:00.000Z", metrics: null },
    volumes: [
      {
        id: VOLUME_ID,
        name: "Embryo 1 (left)",
        fileName: "embryo-1-left",
        specimen: "embryo 1",
        split: "train",
        shapeZyx: markedShapeZyx,
        voxelSizeZyx: markedVoxelSizeZyx,
        pixelType,
        intensityRange: [quality.percentile1, quality.percentile998],
        sourceFileName: "emb1.tif",
        sourceSha256: null,
        channels: [
          { index: 0, name: "GFP", color: "00FF00", labelled: false },
          { index: 1, name: "DAPI", color: null, labelled: true },
        ],
        nuclei: measured.length,
        truncatedNuclei: 0,
        unfinishedNuclei: 1,
        largestLabel: LARGE_LABEL,
        knownShare: known.filter((state) => state > 0).length / known.length,
        boxes: [{ kind: "validation", box: { minZyx: [0, 0, 0], maxZyx: [5, 20, 20] } }],
      },
    ],
  };
  return {
    blobs,
    description,
    image,
    second,
    labels,
    known,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A checkpoint as trainers leave it. */
export async function writeCheckpointFiles(blobs: BlobStore, prefix: string): Promise<void> {
  for (const [name, bytes] of Object.entries(saveCheckpoint(tinyModel))) await blobs.put(prefix + name, bytes);
}
