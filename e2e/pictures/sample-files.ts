import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { generateSample } from "../../core/simulator/sample/generate-sample.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";

/** Small, so that a training and its proposals take two minutes. */
const SPACE: VoxelSpace = { shapeZyx: [32, 160, 160], voxelSizeZyx: [1, 0.4, 0.4] };
const NUCLEI = 30;

/** A pair as it lies on somebody's disk: an image whose header says the slice distance only, and its true labels. */
export async function writeSampleFiles(folder: string, seed: number): Promise<{ image: string; labels: string }> {
  const { image, labels, shapeZyx, voxelSizeZyx } = generateSample(seed, SPACE, NUCLEI);
  const description = `ImageJ=1.54\nimages=${shapeZyx[0]}\nslices=${shapeZyx[0]}\nunit=micron\nspacing=${voxelSizeZyx[0]}\n`;
  const fileOf = (what: string): string => path.join(folder, `organoid-${seed}_${what}.tif`);
  const files = { image: fileOf("image"), labels: fileOf("labels") };
  await mkdir(folder, { recursive: true });
  await writeFile(files.image, writePlainTiff(image, shapeZyx, description));
  await writeFile(files.labels, writePlainTiff(Uint16Array.from(labels), shapeZyx));
  return files;
}
