import type { Zyx } from "../volume/voxel-space.ts";

/** Walks face neighbours from the start for as long as `enter` says so, which must remember where it has been. */
export function flood([nz, ny, nx]: Zyx, start: Iterable<number>, enter: (index: number) => boolean): void {
  const plane = nx * ny;
  const stack: number[] = [];
  for (const index of start) if (enter(index)) stack.push(index);
  while (stack.length > 0) {
    const i = stack.pop() as number;
    const x = i % nx;
    const y = Math.floor(i / nx) % ny;
    const z = Math.floor(i / plane);
    if (x > 0 && enter(i - 1)) stack.push(i - 1);
    if (x < nx - 1 && enter(i + 1)) stack.push(i + 1);
    if (y > 0 && enter(i - nx)) stack.push(i - nx);
    if (y < ny - 1 && enter(i + nx)) stack.push(i + nx);
    if (z > 0 && enter(i - plane)) stack.push(i - plane);
    if (z < nz - 1 && enter(i + plane)) stack.push(i + plane);
  }
}

/** All voxels of a box's six faces. */
export function faceIndices([nz, ny, nx]: Zyx): number[] {
  const indices: number[] = [];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const whole = z === 0 || z === nz - 1 || y === 0 || y === ny - 1;
      for (let x = 0; x < nx; x += whole || nx === 1 ? 1 : nx - 1) indices.push((z * ny + y) * nx + x);
    }
  return indices;
}
