import { rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { chunkKey, levelArray } from "../../../core/ome-zarr/multiscales.ts";
import { BRICK_SIZE, BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { type PyramidLevel, planPyramid } from "../../../core/volume/pyramid.ts";
import { type Reduction, reduceBox } from "../../../core/volume/pyramid-reduce.ts";
import { createPixelArray, type PixelArray, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { guardDisk } from "../../storage/disk-room.ts";
import { bytesOf } from "../voxels/pixel-bytes.ts";
import { gridOf, type VolumeBlock } from "../voxels/read-whole-volume.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import { createScratchVolume, type ScratchVolume } from "./scratch-volume.ts";

/** Where blobs go; BlobStore fits. */
export interface BlobSink {
  put(key: string, bytes: Uint8Array): Promise<void>;
}

export interface PyramidJob {
  readonly blobs: BlobSink;
  /** Ends in `/`; level n is written to `<prefix>n/`. */
  readonly prefix: string;
  readonly source: VolumeSource;
  readonly voxelSizeZyx: Zyx;
  readonly reduction: Reduction;
  /** An existing folder for the raw levels; they are removed as soon as they are done. */
  readonly scratchFolder: string;
  readonly signal?: AbortSignal;
  /** 0…1 */
  readonly onProgress?: (done: number) => void;
  /** Sees every voxel that the source has filled once, in its order, before anything is written; may change them in place. */
  readonly onBlock?: (block: VolumeBlock) => void;
  /** Called when all blocks were seen; what it returns is applied to every band of level 0 that was filled, in place. */
  readonly onRead?: () => Promise<((band: PixelArray) => void) | undefined>;
  /** Every chunk of level 0 that is not empty, as stored. */
  readonly onChunk?: (bz: number, by: number, bx: number, gzipped: Uint8Array) => Promise<void>;
}

const compress = promisify(gzip);
/** zlib has four threads; the source's decoding needs the main one. */
const CHUNKS_IN_FLIGHT = 4;
/** Reading decodes, writing compresses: measured shares of the whole. */
const READ_SHARE = 0.35;

/** Writes all levels as Zarr v3 arrays of 64³ chunks, empty ones left out. The group's own metadata is the caller's. */
export async function writePyramid(job: PyramidJob): Promise<PyramidLevel[]> {
  const { source } = job;
  const levels = planPyramid(source.shapeZyx, job.voxelSizeZyx);
  const fileOf = (level: number) => path.join(job.scratchFolder, `level-${level}.raw`);
  const total = levels.reduce((sum, level) => sum + voxelCount(level.shapeZyx), 0);
  let written = 0;
  const disk = guardDisk(job.scratchFolder);
  let finer = await createScratchVolume(fileOf(0), source.shapeZyx, source.pixelType, disk);
  try {
    await fillScratch(job, finer);
    const mapBand = await job.onRead?.();
    for (const level of levels) {
      const next = levels[level.scaleLevel + 1];
      const coarser = next
        ? await createScratchVolume(fileOf(next.scaleLevel), next.shapeZyx, source.pixelType, disk)
        : null;
      try {
        await writeLevel(job, level, finer, coarser, next, level.scaleLevel === 0 ? mapBand : undefined, (voxels) => {
          written += voxels;
          job.onProgress?.(READ_SHARE + (1 - READ_SHARE) * (written / total));
        });
      } catch (error) {
        await coarser?.close();
        throw error;
      }
      await finer.close();
      await rm(fileOf(level.scaleLevel));
      if (coarser) finer = coarser;
    }
  } catch (error) {
    await finer.close().catch(() => {});
    throw error;
  }
  return levels;
}

async function fillScratch(job: PyramidJob, scratch: ScratchVolume): Promise<void> {
  const { source } = job;
  const rows = source.shapeZyx[0] * source.shapeZyx[1];
  let done = 0;
  for (const [zMin, zMax, yMin, yMax] of gridOf(source)) {
    job.signal?.throwIfAborted();
    const pixels = source.readFilled
      ? await source.readFilled(zMin, zMax, yMin, yMax)
      : await source.read(zMin, zMax, yMin, yMax);
    if (pixels) {
      job.onBlock?.({ zMin, zMax, yMin, yMax, pixels });
      await scratch.write(zMin, zMax, yMin, yMax, pixels);
    }
    done += (zMax - zMin) * (yMax - yMin);
    job.onProgress?.(READ_SHARE * (done / rows));
  }
}

/** Band by band: the chunks of this level, and its reduction into the next one's scratch file. */
async function writeLevel(
  job: PyramidJob,
  level: PyramidLevel,
  scratch: ScratchVolume,
  coarser: ScratchVolume | null,
  next: PyramidLevel | undefined,
  mapBand: ((band: PixelArray) => void) | undefined,
  onVoxels: (count: number) => void,
): Promise<void> {
  const [sizeZ, sizeY, sizeX] = level.shapeZyx;
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const queue = async (work: Promise<void>): Promise<void> => {
    const settled = work.then(
      () => {
        inFlight.delete(settled);
      },
      (error) => {
        inFlight.delete(settled);
        failures.push(error);
      },
    );
    inFlight.add(settled);
    if (inFlight.size >= CHUNKS_IN_FLIGHT) await Promise.race(inFlight);
  };
  try {
    for (let zMin = 0; zMin < sizeZ; zMin += BRICK_SIZE)
      for (let yMin = 0; yMin < sizeY; yMin += BRICK_SIZE) {
        job.signal?.throwIfAborted();
        const zMax = Math.min(sizeZ, zMin + BRICK_SIZE);
        const yMax = Math.min(sizeY, yMin + BRICK_SIZE);
        const bandShape: Zyx = [zMax - zMin, yMax - yMin, sizeX];
        onVoxels(voxelCount(bandShape));
        if (scratch.isUntouched(zMin, zMax, yMin, yMax)) continue;
        const band = await scratch.read(zMin, zMax, yMin, yMax);
        mapBand?.(band);
        for (let xMin = 0; xMin < sizeX; xMin += BRICK_SIZE) {
          const chunk = cutChunk(scratch, band, bandShape, xMin);
          if (!chunk) continue;
          if (failures.length) throw failures[0];
          await queue(putChunk(job, level.scaleLevel, zMin / BRICK_SIZE, yMin / BRICK_SIZE, xMin / BRICK_SIZE, chunk));
        }
        if (coarser && next) {
          const [stepZ, stepY] = next.stepZyx;
          const reduced = reduceBox(scratch.pixelType, band, bandShape, next.stepZyx, job.reduction);
          const z = zMin / stepZ;
          const y = yMin / stepY;
          await coarser.write(z, z + reduced.shapeZyx[0], y, y + reduced.shapeZyx[1], reduced.pixels);
        }
      }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures.length) throw failures[0];
  const metadata = JSON.stringify(levelArray(level.shapeZyx, scratch.pixelType));
  await job.blobs.put(`${job.prefix}${level.scaleLevel}/zarr.json`, Buffer.from(metadata));
}

/** The 64³ chunk at `xMin` of a band, padded with zeros; null when it is empty. */
function cutChunk(scratch: ScratchVolume, band: PixelArray, bandShape: Zyx, xMin: number): PixelArray | null {
  const [planes, rows, sizeX] = bandShape;
  const xMax = Math.min(sizeX, xMin + BRICK_SIZE);
  const chunk = createPixelArray(scratch.pixelType, BRICK_VOXELS);
  for (let z = 0; z < planes; z++)
    for (let y = 0; y < rows; y++) {
      const row = (z * rows + y) * sizeX;
      chunk.set(band.subarray(row + xMin, row + xMax), (z * BRICK_SIZE + y) * BRICK_SIZE);
    }
  // Looked at in words: a chunk of zeros is the common case in labels.
  return new Uint32Array(chunk.buffer).some((word) => word !== 0) ? chunk : null;
}

async function putChunk(
  job: PyramidJob,
  scaleLevel: number,
  bz: number,
  by: number,
  bx: number,
  chunk: PixelArray,
): Promise<void> {
  const gzipped = await compress(bytesOf(chunk), { level: 1 });
  await job.blobs.put(job.prefix + chunkKey(scaleLevel, bz, by, bx), gzipped);
  if (scaleLevel === 0) await job.onChunk?.(bz, by, bx, gzipped);
}
