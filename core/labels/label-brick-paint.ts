/** Painting of one brick's voxels. Indices are x + y·size + z·size²; boxes half-open, inside the brick. */

interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly z0: number;
  readonly x1: number;
  readonly y1: number;
  readonly z1: number;
}

/**
 * Writes `label` into the voxels of gap/length pairs (LEB128) over the raster of `box`, clipped to `clip`.
 * The pairs have been checked when the record was decoded: nothing here leaves the box.
 */
export function paintRuns(
  voxels: Uint32Array,
  size: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  box: Box,
  label: number,
  clip: Box | null,
): void {
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  let position = from;
  const read = (): number => {
    let byte = bytes[position++];
    if (byte < 128) return byte;
    let value = byte & 127;
    let weight = 128;
    do {
      byte = bytes[position++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte > 127);
    return value;
  };
  let at = 0;
  while (position < to) {
    at += read();
    let length = read();
    while (length > 0) {
      const row = Math.floor(at / width);
      const x = at - row * width;
      const count = Math.min(length, width - x);
      const y = box.y0 + (row % height);
      const z = box.z0 + Math.floor(row / height);
      const line = (y + z * size) * size;
      let first = box.x0 + x;
      let last = first + count;
      if (clip) {
        if (y < clip.y0 || y >= clip.y1 || z < clip.z0 || z >= clip.z1) last = first;
        else {
          first = Math.max(first, clip.x0);
          last = Math.min(last, clip.x1);
        }
      }
      if (first < last) voxels.fill(label, line + first, line + last);
      at += count;
      length -= count;
    }
  }
}

/** Copies a box from the base; a null base is background. */
export function restoreBox(voxels: Uint32Array, size: number, base: Uint32Array | null, box: Box): void {
  for (let z = box.z0; z < box.z1; z++)
    for (let y = box.y0; y < box.y1; y++) {
      const line = (y + z * size) * size;
      if (base) voxels.set(base.subarray(line + box.x0, line + box.x1), line + box.x0);
      else voxels.fill(0, line + box.x0, line + box.x1);
    }
}
