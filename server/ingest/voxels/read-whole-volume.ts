import type { PixelArray, PixelType, Zyx } from "../../../core/volume/voxel-space.ts";
import { createPixelArray } from "../../../core/volume/voxel-space.ts";
import type { VolumeSource } from "./volume-source.ts";

export interface VolumeBlock {
  readonly zMin: number;
  readonly zMax: number;
  readonly yMin: number;
  readonly yMax: number;
  readonly pixels: PixelArray;
}

/** The blocks of a source, along its own grid. */
export function* gridOf({
  shapeZyx: [sizeZ, sizeY],
  blockZy: [planes, rows],
}: VolumeSource): Iterable<[zMin: number, zMax: number, yMin: number, yMax: number]> {
  for (let zMin = 0; zMin < sizeZ; zMin += planes)
    for (let yMin = 0; yMin < sizeY; yMin += rows)
      yield [zMin, Math.min(sizeZ, zMin + planes), yMin, Math.min(sizeY, yMin + rows)];
}

/** All of a source, along its own grid. */
export async function* blocksOf(source: VolumeSource): AsyncIterable<VolumeBlock> {
  for (const [zMin, zMax, yMin, yMax] of gridOf(source))
    yield { zMin, zMax, yMin, yMax, pixels: await source.read(zMin, zMax, yMin, yMax) };
}

/** One z plane after the other, for a source whose blocks may be parts of planes. */
export async function* readStackPlanes(source: VolumeSource): AsyncGenerator<PixelArray> {
  const [depth, height] = source.shapeZyx;
  const [planes] = source.blockZy;
  for (let zMin = 0; zMin < depth; zMin += planes) {
    const zMax = Math.min(depth, zMin + planes);
    const slab = await source.read(zMin, zMax, 0, height);
    const planeVoxels = slab.length / (zMax - zMin);
    for (let z = 0; z < zMax - zMin; z++) yield slab.slice(z * planeVoxels, (z + 1) * planeVoxels);
  }
}

export interface WholeVolume {
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  readonly pixels: PixelArray;
}

/** A source in memory; for volumes that are small by their nature. */
export async function readWholeVolume(source: VolumeSource): Promise<WholeVolume> {
  const [sizeZ, sizeY, sizeX] = source.shapeZyx;
  const pixels = createPixelArray(source.pixelType, sizeZ * sizeY * sizeX);
  for await (const block of blocksOf(source)) {
    const rows = block.yMax - block.yMin;
    for (let z = block.zMin; z < block.zMax; z++)
      pixels.set(
        block.pixels.subarray((z - block.zMin) * rows * sizeX, (z - block.zMin + 1) * rows * sizeX),
        (z * sizeY + block.yMin) * sizeX,
      );
  }
  return { shapeZyx: source.shapeZyx, pixelType: source.pixelType, pixels };
}
