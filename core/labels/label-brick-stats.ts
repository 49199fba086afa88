/** What one brick holds of each label. Coordinates inside the brick; sums are over voxels, box half-open. */
export interface LabelInBrick {
  voxels: number;
  sumZ: number;
  sumY: number;
  sumX: number;
  minZ: number;
  minY: number;
  minX: number;
  maxZ: number;
  maxY: number;
  maxX: number;
  /** Of the runs that its voxels make: other voxels, another number, but for one chance in four thousand million. */
  runs: number;
}

/** murmur3's last steps: every bit of what goes in moves all of what comes out. */
export function mix32(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** One pass over a brick, x fastest; background is left out. Runs of equal labels are taken at once. */
export function measureBrick(voxels: Uint32Array, size: number): Map<number, LabelInBrick> {
  const found = new Map<number, LabelInBrick>();
  let last = 0;
  let entry: LabelInBrick | undefined;
  for (let z = 0; z < size; z++)
    for (let y = 0; y < size; y++) {
      const line = (y + z * size) * size;
      for (let x = 0; x < size; ) {
        const label = voxels[line + x];
        let end = x + 1;
        while (end < size && voxels[line + end] === label) end++;
        if (label !== 0) {
          if (label !== last || !entry) {
            entry = found.get(label);
            if (!entry) {
              entry = {
                voxels: 0,
                sumZ: 0,
                sumY: 0,
                sumX: 0,
                minZ: z,
                minY: y,
                minX: x,
                maxZ: z + 1,
                maxY: y + 1,
                maxX: end,
                runs: 0,
              };
              found.set(label, entry);
            }
            last = label;
          }
          const count = end - x;
          entry.voxels += count;
          entry.sumZ += z * count;
          entry.sumY += y * count;
          entry.sumX += ((x + end - 1) * count) / 2;
          entry.maxZ = z + 1;
          entry.minY = Math.min(entry.minY, y);
          entry.maxY = Math.max(entry.maxY, y + 1);
          entry.minX = Math.min(entry.minX, x);
          entry.maxX = Math.max(entry.maxX, end);
          entry.runs = (entry.runs + mix32(mix32(line + x) + count)) | 0;
        }
        x = end;
      }
    }
  return found;
}
