import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createPixelArray, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { volume } from "../../../db/schema/index.ts";
import { writeImagePyramid } from "../../ingest/pyramid/write-image.ts";
import { imageFolder } from "../../jobs/job-blobs.ts";
import type { TestServer } from "../../testing/test-server.ts";

const compress = promisify(gzip);
export const labelledShapeZyx: Zyx = [6, 40, 50];
export const labelledVoxelSizeZyx: Zyx = [2, 0.5, 0.4];

/** A ready volume whose accepted labels came with it: nuclei 1 and 70 000, one brick. Returns its id. */
export async function addLabelledVolume(
  server: TestServer,
  projectId: string,
  createdBy: string,
  about: { readonly name: string; readonly specimen: string; readonly keptOut?: boolean },
): Promise<string> {
  const { services } = server;
  const image = createPixelArray("uint16", voxelCount(labelledShapeZyx)).map((_, i) => i % 997) as Uint16Array;
  const [row] = await services.db
    .insert(volume)
    .values({
      projectId,
      ...about,
      state: "ready",
      shapeZyx: labelledShapeZyx,
      voxelSizeZyx: labelledVoxelSizeZyx,
      voxelSizeFrom: "file",
      pixelType: "uint16",
      sourceFileName: `${about.name}.tif`,
      baseLabels: "imported",
      labelCounter: 70_000,
      createdBy,
    })
    .returning({ id: volume.id });
  const scratchFolder = await mkdtemp(path.join(os.tmpdir(), "kl-labelled-"));
  await writeImagePyramid({
    blobs: services.blobs,
    prefix: imageFolder(row.id),
    name: about.name,
    voxelSizeZyx: labelledVoxelSizeZyx,
    scratchFolder,
    source: {
      shapeZyx: labelledShapeZyx,
      pixelType: "uint16",
      blockZy: [1, labelledShapeZyx[1]],
      read: async (zMin, zMax) => image.slice(zMin * 40 * 50, zMax * 40 * 50),
    },
  });
  await rm(scratchFolder, { recursive: true, force: true });
  const brick = new Uint32Array(64 ** 3);
  for (let z = 1; z < 4; z++)
    for (let y = 5; y < 15; y++) {
      brick.fill(1, (z * 64 + y) * 64 + 5, (z * 64 + y) * 64 + 20);
      brick.fill(70_000, (z * 64 + y) * 64 + 25, (z * 64 + y) * 64 + 40);
    }
  await services.blobs.put(`volumes/${row.id}/base/0`, await compress(new Uint8Array(brick.buffer)));
  return row.id;
}
