import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { generateSample, type SampleVolume } from "../../core/simulator/sample/generate-sample.ts";
import { BRICK_SIZE, BRICK_VOXELS, brickBox, brickKeysOfBox } from "../../core/volume/brick.ts";
import { type VoxelSpace, wholeBox } from "../../core/volume/voxel-space.ts";
import { volume } from "../../db/schema/index.ts";
import { writeImagePyramid } from "../ingest/pyramid/write-image.ts";
import type { Services } from "../services.ts";
import { seedVolume } from "./seed-training.ts";

/**
 * A small synthetic volume as the import leaves it: image pyramid, quality card, and those of its true nuclei that
 * `keep` names as accepted labels. Returns the truth beside its id.
 */
export async function seedRealVolume(
  services: Services,
  given: {
    projectId: string;
    createdBy: string;
    space: VoxelSpace;
    nuclei: number;
    specimen?: string;
    seed?: number;
    keep(label: number): boolean;
  },
): Promise<{ volumeId: string; truth: SampleVolume }> {
  const truth = generateSample(given.seed ?? 1, given.space, given.nuclei);
  const volumeId = await seedVolume(services, { ...given, shapeZyx: given.space.shapeZyx });
  const [, height, width] = given.space.shapeZyx;
  const scratchFolder = await mkdtemp(path.join(os.tmpdir(), "kl-seed-"));
  try {
    const written = await writeImagePyramid({
      blobs: services.blobs,
      prefix: `volumes/${volumeId}/image.ome.zarr/`,
      name: "sample",
      voxelSizeZyx: given.space.voxelSizeZyx,
      scratchFolder,
      source: {
        shapeZyx: given.space.shapeZyx,
        pixelType: "uint16",
        blockZy: [1, height],
        read: async (zMin, zMax) => truth.image.slice(zMin * height * width, zMax * height * width),
      },
    });
    await services.db
      .update(volume)
      .set({ ...written, voxelSizeZyx: given.space.voxelSizeZyx, baseLabels: "imported", labelCounter: truth.count })
      .where(eq(volume.id, volumeId));
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
  for (const key of brickKeysOfBox(wholeBox(given.space.shapeZyx))) {
    const box = brickBox(key, given.space.shapeZyx);
    const brick = new Uint32Array(BRICK_VOXELS);
    for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
      for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
        for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++) {
          const label = truth.labels[(z * height + y) * width + x];
          if (label !== 0 && given.keep(label))
            brick[((z % BRICK_SIZE) * BRICK_SIZE + (y % BRICK_SIZE)) * BRICK_SIZE + (x % BRICK_SIZE)] = label;
        }
    await services.blobs.put(`volumes/${volumeId}/base/${key}`, gzipSync(new Uint8Array(brick.buffer)));
  }
  return { volumeId, truth };
}
