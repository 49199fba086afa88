import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { volume } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { baseBrickKey } from "../base/label-blob-keys.ts";

/** A ready volume as an import leaves it, with these base bricks. */
export async function createReadyVolume(
  services: Services,
  given: {
    projectId: string;
    createdBy: string;
    shapeZyx: Zyx;
    name?: string;
    base?: ReadonlyMap<number, Uint32Array>;
  },
): Promise<string> {
  const { base } = given;
  const [{ id }] = await services.db
    .insert(volume)
    .values({
      projectId: given.projectId,
      createdBy: given.createdBy,
      name: given.name ?? "embryo",
      specimen: "embryo 1",
      state: "ready",
      shapeZyx: given.shapeZyx,
      voxelSizeZyx: [2, 0.5, 0.5],
      voxelSizeFrom: "person",
      pixelType: "uint16",
      sourceFileName: "embryo.tif",
      baseLabels: base ? "imported" : "none",
      labelCounter: largestLabel(base),
    })
    .returning({ id: volume.id });
  for (const [key, voxels] of base ?? [])
    await services.blobs.put(baseBrickKey(id, key), await promisify(gzip)(new Uint8Array(voxels.buffer)));
  return id;
}

function largestLabel(base: ReadonlyMap<number, Uint32Array> | undefined): number {
  let largest = 0;
  for (const voxels of base?.values() ?? []) for (const label of voxels) if (label > largest) largest = label;
  return largest;
}
