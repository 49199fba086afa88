// @ts-check
import os from "node:os";

const MEGABYTE = 2 ** 20;

/** Of this machine, or of the container or service that we run in where that has less. */
const machineMemoryBytes = () => Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/**
 * What the server may take, so that a runaway ends with a restart before the machine swaps: a quarter of the memory for
 * JavaScript's heap, half of it in all, arrays of voxels included. The rest is for the database, the trainer and the
 * system's cache of files.
 *
 * @param {number} [memoryBytes]
 */
export function memoryBounds(memoryBytes = machineMemoryBytes()) {
  const heapBytes = Math.min(Math.max(memoryBytes / 4, 512 * MEGABYTE), 8192 * MEGABYTE);
  return {
    heapMegabytes: Math.floor(heapBytes / MEGABYTE),
    residentBytes: Math.floor(Math.max(memoryBytes / 2, heapBytes + 256 * MEGABYTE)),
  };
}
