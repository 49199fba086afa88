import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { generateSample } from "../../core/sample/generate-sample.ts";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";

/** A pair as it lies on somebody's disk: an image whose file says the slice distance only, and its labels. */
export async function writeSampleFiles(folder: string): Promise<{ image: string; labels: string }> {
  const { image, labels, shapeZyx, voxelSizeZyx } = generateSample(7);
  const description = `ImageJ=1.54\nimages=${shapeZyx[0]}\nslices=${shapeZyx[0]}\nunit=micron\nspacing=${voxelSizeZyx[0]}\n`;
  const files = {
    image: path.join(folder, "organoid-7_image.tif"),
    labels: path.join(folder, "organoid-7_labels.tif"),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(files.image, writePlainTiff(image, shapeZyx, description));
  await writeFile(files.labels, writePlainTiff(Uint16Array.from(labels), shapeZyx));
  return files;
}
