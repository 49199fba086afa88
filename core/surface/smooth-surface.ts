import type { SurfaceMesh } from "./closed-surface.ts";
import { measureMesh } from "./mesh-measures.ts";

/** Steps of Taubin 1995 (doi:10.1145/218380.218473): one that smooths and shrinks, one that grows back what shrank. */
const SHRINK = 0.5;
const GROW = -0.53;
const PAIRS = 6;
/** No vertex leaves the voxels that it stands between, so that a surface stays where the labels are. */
const LONGEST_MOVE_VOXELS = 0.45;

/** Takes the steps of voxels out of a surface whose positions are in voxels. */
export function smoothSurface({ positions, triangles }: SurfaceMesh): SurfaceMesh {
  const smooth = positions.slice();
  const sums = new Float64Array(positions.length);
  const counts = neighbourCounts(triangles, positions.length / 3);
  for (let pair = 0; pair < PAIRS; pair++)
    for (const step of [SHRINK, GROW]) {
      sums.fill(0);
      // Each neighbour is met in two triangles, once in each sense.
      for (let i = 0; i < triangles.length; i += 3)
        for (let k = 0; k < 3; k++) {
          const [from, to] = [triangles[i + k] * 3, triangles[i + ((k + 1) % 3)] * 3];
          for (let axis = 0; axis < 3; axis++) sums[from + axis] += smooth[to + axis];
        }
      for (let i = 0; i < smooth.length; i++) {
        const mean = sums[i] / counts[Math.floor(i / 3)];
        const moved = smooth[i] + step * (mean - smooth[i]);
        smooth[i] = Math.min(Math.max(moved, positions[i] - LONGEST_MOVE_VOXELS), positions[i] + LONGEST_MOVE_VOXELS);
      }
    }
  return { positions: smooth, triangles };
}

function neighbourCounts(triangles: Uint32Array, vertices: number): Uint32Array {
  const counts = new Uint32Array(vertices);
  for (const vertex of triangles) counts[vertex]++;
  return counts;
}

const CLOSE_ENOUGH = 1e-4;
const MOST_STEPS = 60;

/**
 * Moves a surface along its normals until it encloses `volume`, to one part in ten thousand, or as near as it comes in 60 steps that are not
 * longer than `longestStep`; both in the unit of its positions.
 */
export function withVolume(mesh: SurfaceMesh, volume: number, longestStep: number): SurfaceMesh {
  const positions = mesh.positions.slice();
  const moved: SurfaceMesh = { positions, triangles: mesh.triangles };
  for (let i = 0; i < MOST_STEPS; i++) {
    const now = measureMesh(moved);
    if (Math.abs(now.volume - volume) <= CLOSE_ENOUGH * volume) break;
    const step = Math.min(Math.max((volume - now.volume) / now.area, -longestStep), longestStep);
    const normals = vertexNormals(moved);
    for (let k = 0; k < positions.length; k++) positions[k] += step * normals[k];
  }
  return moved;
}

/** Of length 1, outward, mean of the triangles by their area; 0 where they cancel. */
function vertexNormals({ positions, triangles }: SurfaceMesh): Float64Array {
  const normals = new Float64Array(positions.length);
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i] * 3, triangles[i + 1] * 3, triangles[i + 2] * 3];
    const [ux, uy, uz] = [0, 1, 2].map((k) => positions[b + k] - positions[a + k]);
    const [vx, vy, vz] = [0, 1, 2].map((k) => positions[c + k] - positions[a + k]);
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const vertex of [a, b, c]) for (let k = 0; k < 3; k++) normals[vertex + k] += normal[k];
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]);
    for (let k = i; k < i + 3; k++) normals[k] = length > 0 ? normals[k] / length : 0;
  }
  return normals;
}
