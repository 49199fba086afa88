import type { SurfaceMesh } from "./closed-surface.ts";

/** What a closed surface encloses, positive where its triangles are counter-clockwise from outside; its area; both in its own unit. */
export function measureMesh({ positions, triangles }: SurfaceMesh): {
  readonly volume: number;
  readonly area: number;
  /** x, y, z of the middle of the body. */
  readonly centroid: readonly [x: number, y: number, z: number];
} {
  let volume = 0;
  let area = 0;
  const sums: [number, number, number] = [0, 0, 0];
  const [ox, oy, oz] = positions; // of the first vertex: far from 0 the products would lose digits
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i] * 3, triangles[i + 1] * 3, triangles[i + 2] * 3];
    const [ax, ay, az] = [positions[a] - ox, positions[a + 1] - oy, positions[a + 2] - oz];
    const [bx, by, bz] = [positions[b] - ox, positions[b + 1] - oy, positions[b + 2] - oz];
    const [cx, cy, cz] = [positions[c] - ox, positions[c + 1] - oy, positions[c + 2] - oz];
    const six = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
    volume += six / 6;
    sums[0] += (six * (ax + bx + cx)) / 24;
    sums[1] += (six * (ay + by + cy)) / 24;
    sums[2] += (six * (az + bz + cz)) / 24;
    area +=
      Math.hypot(
        (by - ay) * (cz - az) - (bz - az) * (cy - ay),
        (bz - az) * (cx - ax) - (bx - ax) * (cz - az),
        (bx - ax) * (cy - ay) - (by - ay) * (cx - ax),
      ) / 2;
  }
  return { volume, area, centroid: [ox + sums[0] / volume, oy + sums[1] / volume, oz + sums[2] / volume] };
}
