import type { Zyx } from "../volume/voxel-space.ts";
import { cubeCases, cubeEdges } from "./cube-cases.ts";
import { GrowingArray } from "./growing-array.ts";

/** Triangles round a body: closed, each edge has two of them, counter-clockwise as seen from outside, in x, y, z. */
export interface SurfaceMesh {
  /** x, y, z of every vertex. */
  readonly positions: Float64Array;
  /** Three vertices each. */
  readonly triangles: Uint32Array;
}

/** Makes the surface of a mask that passes by plane after plane, each once. */
export interface SurfaceBuilder {
  /** 0 is outside; y, x order, x fastest. */
  addPlane(mask: Uint8Array): void;
  /** After the last plane. Positions are in voxels: the middle of the first one is 0, 0, 0. */
  finish(): SurfaceMesh;
}

/**
 * Marching cubes half way between the middles of voxels. What lies around the planes is outside, so that the surface is closed there,
 * too. Memory is four planes and the surface.
 */
export function createSurfaceBuilder([height, width]: readonly [height: number, width: number]): SurfaceBuilder {
  // A row and a column of outside on each side.
  const [rows, columns] = [height + 2, width + 2];
  const positions = new GrowingArray(Float64Array);
  const triangles = new GrowingArray(Uint32Array);
  let below: Uint8Array = new Uint8Array(rows * columns);
  /** Vertex on the edge along an axis that begins at a sample: of the lower plane, of the upper one. */
  const vertexOn = [0, 1, 2].map(() => [0, 1].map(() => new Int32Array(rows * columns).fill(-1)));
  const cornerStep = Array.from({ length: 8 }, (_, c) => ((c >> 1) & 1) * columns + (c & 1));
  let planes = 0;

  function vertexOf(edge: number, sample: number, z: number): number {
    const { axis, corner } = cubeEdges[edge];
    const layer = corner >> 2;
    const at = sample + cornerStep[corner];
    const kept = vertexOn[axis][layer];
    if (kept[at] >= 0) return kept[at];
    const place = [z + layer, Math.floor(at / columns), at % columns];
    place[axis] += 0.5;
    kept[at] = positions.length / 3;
    positions.push(place[2] - 1, place[1] - 1, place[0]);
    return kept[at];
  }

  function fillLoop(vertices: readonly number[], apex: number | null): void {
    const n = vertices.length;
    if (apex !== null) {
      for (let i = 1; i < n - 1; i++)
        triangles.push(vertices[apex], vertices[(apex + i) % n], vertices[(apex + i + 1) % n]);
      return;
    }
    const middle = [0, 1, 2].map((k) => vertices.reduce((sum, v) => sum + positions.at(v * 3 + k), 0) / n);
    const centre = positions.length / 3;
    positions.push(middle[0], middle[1], middle[2]);
    for (let i = 0; i < n; i++) triangles.push(centre, vertices[i], vertices[(i + 1) % n]);
  }

  function addLayer(above: Uint8Array): void {
    // The cubes between the plane before and this one; z of a plane is its number, the first one's 0.
    const z = planes - 1;
    for (let y = 0; y < rows - 1; y++)
      for (let x = 0, sample = y * columns; x < columns - 1; x++, sample++) {
        const inside =
          below[sample] |
          (below[sample + 1] << 1) |
          (below[sample + columns] << 2) |
          (below[sample + columns + 1] << 3) |
          (above[sample] << 4) |
          (above[sample + 1] << 5) |
          (above[sample + columns] << 6) |
          (above[sample + columns + 1] << 7);
        if (inside === 0 || inside === 255) continue;
        for (const { edges, apex } of cubeCases[inside])
          fillLoop(
            edges.map((edge) => vertexOf(edge, sample, z)),
            apex,
          );
      }
    for (const layers of vertexOn) {
      layers.reverse();
      layers[1].fill(-1);
    }
    vertexOn[0][0].fill(-1);
    below = above;
    planes++;
  }

  return {
    addPlane(mask) {
      if (mask.length !== height * width) throw new RangeError(`a plane has ${height} × ${width} voxels`);
      const plane = new Uint8Array(rows * columns);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) if (mask[y * width + x] !== 0) plane[(y + 1) * columns + x + 1] = 1;
      addLayer(plane);
    },
    finish() {
      addLayer(new Uint8Array(rows * columns));
      return { positions: positions.toArray(), triangles: triangles.toArray() };
    },
  };
}

/** Positions in voxels as µm, shifted: the middle of the voxel `firstZyx` is where 0, 0, 0 was, and the volume begins at its corner. */
export function inMicrometres({ positions, triangles }: SurfaceMesh, firstZyx: Zyx, voxelSizeZyx: Zyx): SurfaceMesh {
  const moved = new Float64Array(positions.length);
  for (let i = 0; i < moved.length; i++) {
    const axis = 2 - (i % 3);
    moved[i] = (positions[i] + firstZyx[axis] + 0.5) * voxelSizeZyx[axis];
  }
  return { positions: moved, triangles };
}
