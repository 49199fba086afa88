import { randomUUID } from "node:crypto";
import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import type { JobVolume } from "../../../core/contract/trainer-job.ts";
import { BRICK_SIZE, BRICK_VOXELS } from "../../../core/volume/brick.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { arrayMetadata } from "./endless-volume.ts";

interface FrozenArrays extends VoxelSpace {
  /** Whole numbers of 16 bits. */
  readonly image: Float32Array;
  readonly labels: Uint32Array;
}

/** A frozen volume of a job from arrays in memory, and the route that its blobs are read through. */
export function serveVolume(arrays: FrozenArrays, manifest: Partial<SnapshotManifest>) {
  const { shapeZyx, voxelSizeZyx } = arrays;
  const volumeId = randomUUID();
  const volume: JobVolume = {
    volumeId,
    specimen: manifest.specimen ?? volumeId,
    shapeZyx,
    voxelSizeZyx,
    intensityRange: null,
    nucleusDiameterUm: null,
    imagePrefix: `image/${volumeId}/`,
    frozen: {
      labelsPrefix: `labels/${volumeId}/`,
      proposalsPrefix: null,
      manifest: {
        volumeId,
        name: "served",
        specimen: volumeId,
        keptOut: false,
        shapeZyx,
        voxelSizeZyx,
        nuclei: [],
        rejectedProposals: null,
        boxes: [],
        ...manifest,
      },
    },
  };
  const chunk = (values: Float32Array | Uint32Array, at: readonly number[]): Uint8Array => {
    const bytes = values instanceof Float32Array ? new Uint16Array(BRICK_VOXELS) : new Uint32Array(BRICK_VOXELS);
    const [firstZ, firstY, firstX] = at.map((index) => index * BRICK_SIZE);
    let i = 0;
    for (let z = firstZ; z < firstZ + BRICK_SIZE; z++)
      for (let y = firstY; y < firstY + BRICK_SIZE; y++)
        for (let x = firstX; x < firstX + BRICK_SIZE; x++, i++)
          if (z < shapeZyx[0] && y < shapeZyx[1] && x < shapeZyx[2])
            bytes[i] = values[(z * shapeZyx[1] + y) * shapeZyx[2] + x];
    return new Uint8Array(bytes.buffer);
  };
  const readBlob = async (key: string): Promise<Uint8Array | undefined> => {
    const values = key.startsWith(volume.imagePrefix) ? arrays.image : arrays.labels;
    const path = key.split("/").slice(2).join("/");
    if (path === "0/zarr.json") return arrayMetadata(shapeZyx, values === arrays.image ? "uint16" : "uint32");
    const at = /^0\/c\/(\d+)\/(\d+)\/(\d+)$/.exec(path)?.slice(1).map(Number);
    return at && chunk(values, at);
  };
  return { volume, readBlob };
}
