import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { BRICK_SIZE, BRICK_VOXELS, brickBox, brickKeysOfBox } from "../../../core/volume/brick.ts";
import { createPixelArray, voxelCount, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { volume } from "../../../db/schema/index.ts";
import { writeImagePyramid } from "../../ingest/pyramid/write-image.ts";
import { imagePrefix } from "../../storage/import-places.ts";
import type { TestServer } from "../../testing/test-server.ts";

const compress = promisify(gzip);
export const labelledShapeZyx: Zyx = [6, 40, 50];
export const labelledVoxelSizeZyx: Zyx = [2, 0.5, 0.4];

/** Nuclei in rows of cells: a box in each, three quarters of its cell. Every 7th cell is empty. */
function packedLabel(z: number, y: number, x: number, cellsZyx: Zyx): number {
  const [cz, cy, cx] = cellsZyx;
  if ((z % cz) * 4 > cz * 3 || (y % cy) * 4 > cy * 3 || (x % cx) * 4 > cx * 3) return 0;
  const cell = (Math.floor(z / cz) * 100 + Math.floor(y / cy)) * 100 + Math.floor(x / cx);
  return cell % 7 === 3 ? 0 : cell + 1;
}

/**
 * A ready volume whose accepted labels came with it: nuclei 1 and 70 000 in one brick, or with `cellsZyx` as many as
 * there are cells of that size. Returns its id.
 */
export async function addLabelledVolume(
  server: TestServer,
  projectId: string,
  createdBy: string,
  about: {
    readonly name: string;
    readonly specimen: string;
    readonly keptOut?: boolean;
    readonly shapeZyx?: Zyx;
    readonly cellsZyx?: Zyx;
  },
): Promise<string> {
  const { services } = server;
  const { shapeZyx = labelledShapeZyx, cellsZyx, ...names } = about;
  const [, height, width] = shapeZyx;
  const image = createPixelArray("uint16", voxelCount(shapeZyx)).map((_, i) => i % 997) as Uint16Array;
  const [row] = await services.db
    .insert(volume)
    .values({
      projectId,
      ...names,
      state: "ready",
      shapeZyx,
      voxelSizeZyx: labelledVoxelSizeZyx,
      voxelSizeFrom: "file",
      pixelType: "uint16",
      sourceFileName: `${about.name}.tif`,
      baseLabels: "imported",
      labelCounter: cellsZyx ? 1_000_000 : 70_000,
      createdBy,
    })
    .returning({ id: volume.id });
  const scratchFolder = await mkdtemp(path.join(os.tmpdir(), "kl-labelled-"));
  await writeImagePyramid({
    blobs: services.blobs,
    prefix: imagePrefix(row.id),
    name: about.name,
    voxelSizeZyx: labelledVoxelSizeZyx,
    scratchFolder,
    source: {
      shapeZyx,
      pixelType: "uint16",
      blockZy: [1, height],
      read: async (zMin, zMax) => image.slice(zMin * height * width, zMax * height * width),
    },
  });
  await rm(scratchFolder, { recursive: true, force: true });
  const put = async (key: number, brick: Uint32Array) =>
    services.blobs.put(`volumes/${row.id}/base/${key}`, await compress(new Uint8Array(brick.buffer), { level: 1 }));
  if (!cellsZyx) await put(0, twoNuclei());
  else
    for (const key of brickKeysOfBox(wholeBox(shapeZyx))) {
      const { minZyx, maxZyx } = brickBox(key, shapeZyx);
      const brick = new Uint32Array(BRICK_VOXELS);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++)
            brick[((z - minZyx[0]) * BRICK_SIZE + y - minZyx[1]) * BRICK_SIZE + x - minZyx[2]] = packedLabel(
              z,
              y,
              x,
              cellsZyx,
            );
      await put(key, brick);
    }
  return row.id;
}

function twoNuclei(): Uint32Array {
  const brick = new Uint32Array(BRICK_VOXELS);
  for (let z = 1; z < 4; z++)
    for (let y = 5; y < 15; y++) {
      brick.fill(1, (z * 64 + y) * 64 + 5, (z * 64 + y) * 64 + 20);
      brick.fill(70_000, (z * 64 + y) * 64 + 25, (z * 64 + y) * 64 + 40);
    }
  return brick;
}
