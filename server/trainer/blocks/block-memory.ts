import os from "node:os";

/** Image, labels, maps and eight passes of a prediction at their peak: 65 were measured, and tiles reach beyond a block. */
const BYTES_PER_VOXEL = 75;
/** The rest is the server's, the system's and the engine's. */
const SHARE_OF_MEMORY = 0.5;

/** Voxels that are predicted at once: a smaller volume is one block. */
export function maxBlockVoxels(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(os.totalmem(), limit) : os.totalmem();
  return Math.floor((memory * SHARE_OF_MEMORY) / BYTES_PER_VOXEL);
}
