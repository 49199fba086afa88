import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { generateSample } from "../../core/simulator/sample/generate-sample.ts";
import { voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import { emailOf, PASSWORD } from "../../e2e/server/first-person.ts";
import { blobPlanes, writeLargeStack } from "../../server/ingest/testing/large-stack.ts";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";
import { type BenchProduct, untilReady } from "./bench-product.ts";

export const LARGE_SHAPE_ZYX: Zyx = [128, 512, 512];
export const LARGE_VOXEL_SIZE_ZYX: Zyx = [1, 0.4, 0.4];
const NUCLEI = 1_000;
/** Larger ones are stripes with noise, written plane by plane. */
const HELD_VOXELS = 300_000_000;

/**
 * A synthetic volume, of 512 × 512 × 128 unless said otherwise, uint16, brought in by the product's own import command; returns its id.
 * `fillPlane`: what it shows, plane by plane.
 */
export async function importLargeVolume(
  bench: BenchProduct,
  shapeZyx = LARGE_SHAPE_ZYX,
  fillPlane?: (plane: Uint16Array, z: number) => void,
): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-large-"));
  try {
    const file = path.join(folder, "large.tif");
    if (fillPlane || voxelCount(shapeZyx) > HELD_VOXELS)
      await writeLargeStack(file, shapeZyx, fillPlane ?? blobPlanes());
    else {
      const { image } = generateSample(1, { shapeZyx, voxelSizeZyx: LARGE_VOXEL_SIZE_ZYX }, NUCLEI);
      await writeFile(file, writePlainTiff(image, shapeZyx));
    }
    const given = {
      "--server": bench.product.address,
      "--email": emailOf("Ada Lovelace"),
      "--project": bench.projectId,
      "--specimen": "synthetic tissue",
      "--voxel-size": LARGE_VOXEL_SIZE_ZYX.join(","),
    };
    await promisify(execFile)(
      process.execPath,
      ["server/cli/karyoloop.mjs", "import", ...Object.entries(given).flat(), file],
      { env: { ...process.env, KARYOLOOP_PASSWORD: PASSWORD } },
    );
    const [volume] = await bench.api.volume.list.query({ projectId: bench.projectId });
    await untilReady(bench, volume.id);
    return volume.id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
