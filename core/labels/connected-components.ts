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
  for (let seed = 0; seed < mask.length; seed++) {
    if (!mask[seed] || labels[seed]) continue;
    const label = sizes.length;
    let head = 0;
    let tail = 0;
    queue[tail++] = seed;
    labels[seed] = label;
    while (head < tail) {
      const at = queue[head++];
      const z = Math.floor(at / plane);
      const y = Math.floor((at - z * plane) / width);
      const x = at - z * plane - y * width;
      for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
        for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < height ? 1 : 0); dy++)
          for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < width ? 1 : 0); dx++) {
            if (connectivity === 6 && Math.abs(dz) + Math.abs(dy) + Math.abs(dx) !== 1) continue;
            const next = at + dz * plane + dy * width + dx;
            if (!mask[next] || labels[next]) continue;
            labels[next] = label;
            queue[tail++] = next;
          }
    }
    sizes.push(tail);
  }
  return { labels, voxels: Uint32Array.from(sizes), count: sizes.length - 1 };
}
