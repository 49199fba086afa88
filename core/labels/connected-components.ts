import type { Zyx } from "../volume/voxel-space.ts";

export interface Components {
  /** 1…count in order of their first voxel, 0 outside the mask. */
  readonly labels: Uint32Array;
  /** `voxels[label]`; entry 0 is unused. */
  readonly voxels: Uint32Array;
  readonly count: number;
}

/** Face-connected (6) or fully connected (26) components of the voxels where `mask` is not 0. */
export function labelComponents(mask: Uint8Array, shapeZyx: Zyx, connectivity: 6 | 26 = 6): Components {
  const [depth, height, width] = shapeZyx;
  const plane = height * width;
  const labels = new Uint32Array(mask.length);
  const queue = new Uint32Array(mask.length);
  const sizes: number[] = [0];
  let label = 0;
  let tail = 0;
  const reach = (next: number) => {
    if (mask[next] === 0 || labels[next] !== 0) return;
    labels[next] = label;
    queue[tail++] = next;
  };
  const reachFaces = (at: number, z: number, y: number, x: number) => {
    if (z > 0) reach(at - plane);
    if (y > 0) reach(at - width);
    if (x > 0) reach(at - 1);
    if (x + 1 < width) reach(at + 1);
    if (y + 1 < height) reach(at + width);
    if (z + 1 < depth) reach(at + plane);
  };
  const reachAll = (at: number, z: number, y: number, x: number) => {
    for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
      for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < height ? 1 : 0); dy++)
        for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < width ? 1 : 0); dx++) reach(at + dz * plane + dy * width + dx);
  };
  const reachNeighbours = connectivity === 6 ? reachFaces : reachAll;
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || labels[seed] !== 0) continue;
    label = sizes.length;
    tail = 0;
    reach(seed);
    for (let head = 0; head < tail; head++) {
      const at = queue[head];
      const z = Math.floor(at / plane);
      const y = Math.floor((at - z * plane) / width);
      reachNeighbours(at, z, y, at - z * plane - y * width);
    }
    sizes.push(tail);
  }
  return { labels, voxels: Uint32Array.from(sizes), count: sizes.length - 1 };
}
