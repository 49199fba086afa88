import { open } from "node:fs/promises";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** A big stack like ImageJ writes it over 4 GB, one directory and then voxels, made without holding it in memory. */
export async function writeLargeStack(
  file: string,
  [sizeZ, sizeY, sizeX]: Zyx,
  fillPlane: (plane: Uint16Array, z: number) => void,
): Promise<void> {
  const handle = await open(file, "w");
  const text = Buffer.from(`ImageJ=1.53t\nimages=${sizeZ}\nslices=${sizeZ}\nunit=micron\nspacing=2\n\0`, "latin1");
  const dataAt = 4096;
  const head = Buffer.alloc(dataAt);
  head.write("II", 0, "latin1");
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  const entries: [number, number, number, number][] = [
    [256, 4, 1, sizeX],
    [257, 4, 1, sizeY],
    [258, 3, 1, 16],
    [259, 3, 1, 1],
    [270, 2, text.length, 1024],
    [273, 4, 1, dataAt],
    [277, 3, 1, 1],
    [278, 4, 1, sizeY],
    [279, 4, 1, sizeY * sizeX * 2],
    [282, 5, 1, 512],
    [283, 5, 1, 512],
  ];
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(type, 12 + 12 * i);
    head.writeUInt32LE(count, 14 + 12 * i);
    head.writeUInt32LE(value, 18 + 12 * i);
  });
  head.writeUInt32LE(2, 512);
  head.writeUInt32LE(1, 516);
  text.copy(head, 1024);
  await handle.write(head);
  const plane = new Uint16Array(sizeY * sizeX);
  for (let z = 0; z < sizeZ; z++) {
    fillPlane(plane, z);
    await handle.write(new Uint8Array(plane.buffer));
  }
  await handle.close();
}

/** Smooth blobs with noise: compresses like microscopy, not like zeros. */
export function blobPlanes(): (plane: Uint16Array, z: number) => void {
  let noise = 1;
  return (plane, z) => {
    for (let i = 0; i < plane.length; i++) {
      noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
      plane[i] = 300 + ((i >> 5) % 64) * 20 + ((z * 7) % 100) + (noise >>> 27);
    }
  };
}
