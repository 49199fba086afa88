import { type FileHandle, open } from "node:fs/promises";
import { bytesPerPixel, type PixelArray, type PixelType, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { DiskGuard } from "../../storage/disk-room.ts";
import { bytesOf, pixelsOf } from "../voxels/pixel-bytes.ts";

/** Rows of a plane that are told apart when it is asked whether they were written. */
const ROWS_APART = 64;

/**
 * A volume as raw little-endian voxels in a file, C order. Formats give planes, chunks want columns of 64³: through
 * a file, memory stays at one band of 64 × 64 rows however large the planes are.
 */
export interface ScratchVolume {
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  /** Whole rows: `[zMin, zMax) × [yMin, yMax) × all x`. */
  write(zMin: number, zMax: number, yMin: number, yMax: number, pixels: PixelArray): Promise<void>;
  /** What was never written is 0, and takes no room on most disks. */
  read(zMin: number, zMax: number, yMin: number, yMax: number): Promise<PixelArray>;
  /** False where something was written in these rows, or near them. */
  isUntouched(zMin: number, zMax: number, yMin: number, yMax: number): boolean;
  close(): Promise<void>;
}

export async function createScratchVolume(
  file: string,
  shapeZyx: Zyx,
  pixelType: PixelType,
  disk: DiskGuard,
): Promise<ScratchVolume> {
  const handle = await open(file, "w+");
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const groups = Math.ceil(sizeY / ROWS_APART);
  const isWritten = new Uint8Array(sizeZ * groups);
  const groupsOf = (z: number, yMin: number, yMax: number): [first: number, end: number] => [
    z * groups + Math.floor(yMin / ROWS_APART),
    z * groups + Math.ceil(yMax / ROWS_APART),
  ];
  const rowBytes = sizeX * bytesPerPixel[pixelType];
  const positionOf = (z: number, y: number) => (z * sizeY + y) * rowBytes;
  await handle.truncate(positionOf(sizeZ, 0));
  return {
    shapeZyx,
    pixelType,
    async write(zMin, zMax, yMin, yMax, pixels) {
      const bytes = bytesOf(pixels);
      await disk.beforeWriting(bytes.length);
      const planeBytes = (yMax - yMin) * rowBytes;
      for (let z = zMin; z < zMax; z++) isWritten.fill(1, ...groupsOf(z, yMin, yMax));
      for (let z = zMin; z < zMax; z++)
        await writeAll(
          handle,
          bytes.subarray((z - zMin) * planeBytes, (z - zMin + 1) * planeBytes),
          positionOf(z, yMin),
        );
    },
    async read(zMin, zMax, yMin, yMax) {
      const planeBytes = (yMax - yMin) * rowBytes;
      const bytes = new Uint8Array((zMax - zMin) * planeBytes);
      for (let z = zMin; z < zMax; z++)
        await readAll(
          handle,
          bytes.subarray((z - zMin) * planeBytes, (z - zMin + 1) * planeBytes),
          positionOf(z, yMin),
        );
      return pixelsOf(pixelType, bytes);
    },
    isUntouched(zMin, zMax, yMin, yMax) {
      for (let z = zMin; z < zMax; z++) if (isWritten.subarray(...groupsOf(z, yMin, yMax)).includes(1)) return false;
      return true;
    },
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function readAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error(`scratch file ends at ${position + done}`);
    done += bytesRead;
  }
}
