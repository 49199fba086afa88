/**
 * How a surface passes through a cube of 2×2×2 samples. A corner has the number z·4 + y·2 + x, a case has a bit for each corner that is
 * inside. An edge has the number of its axis (0 z, 1 y, 2 x) and of the corner at its lower end.
 */
export interface CubeEdge {
  readonly axis: 0 | 1 | 2;
  readonly corner: number;
}

/** A closed line round a piece of the surface, and whether a vertex in its middle is needed to fill it. */
export interface CubeLoop {
  /** Numbers in `cubeEdges`; the inside lies behind whoever sees them run counter-clockwise in x, y, z. */
  readonly edges: readonly number[];
  /** Place in `edges` from which all triangles may start; null where none is free to. */
  readonly apex: number | null;
}

const BIT = [4, 2, 1] as const;

export const cubeEdges: readonly CubeEdge[] = ([0, 1, 2] as const).flatMap((axis) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((corner) => (corner & BIT[axis]) === 0).map((corner) => ({ axis, corner })),
);

/** Corners of the six faces, all in the same sense as seen from outside. */
const faces: readonly (readonly number[])[] = ([0, 1, 2] as const).flatMap((axis) => {
  const a = BIT[(axis + 1) % 3];
  const b = BIT[(axis + 2) % 3];
  const far = BIT[axis];
  return [
    [0, a, a | b, b],
    [far, far | b, far | a | b, far | a],
  ];
});

const edgeBetween = (p: number, q: number): number =>
  cubeEdges.findIndex(({ axis, corner }) => corner === Math.min(p, q) && (corner | BIT[axis]) === Math.max(p, q));

const facesOfEdge = cubeEdges.map(({ axis, corner }) =>
  faces.flatMap((face, index) => (face.includes(corner) && face.includes(corner | BIT[axis]) ? [index] : [])),
);
const shareFace = (p: number, q: number): boolean => facesOfEdge[p].some((face) => facesOfEdge[q].includes(face));

/**
 * Marching cubes (Lorensen and Cline 1987), its table made instead of typed. Where two inside corners of a face lie across from each other they
 * are parted, in both cubes at that face: so every edge of the surface has two triangles.
 */
export const cubeCases: readonly (readonly CubeLoop[])[] = Array.from({ length: 256 }, (_, inside) => loopsOf(inside));

function loopsOf(inside: number): CubeLoop[] {
  const next = new Map<number, number>();
  const isIn = (corner: number) => ((inside >> corner) & 1) === 1;
  for (const face of faces)
    for (let i = 0; i < 4; i++) {
      if (isIn(face[i]) || !isIn(face[(i + 1) % 4])) continue;
      let last = (i + 1) % 4;
      while (isIn(face[(last + 1) % 4])) last = (last + 1) % 4;
      next.set(edgeBetween(face[i], face[(i + 1) % 4]), edgeBetween(face[last], face[(last + 1) % 4]));
    }
  const loops: CubeLoop[] = [];
  while (next.size > 0) {
    const edges: number[] = [];
    for (let edge = next.keys().next().value; edge !== undefined && next.has(edge); ) {
      edges.push(edge);
      const after = next.get(edge);
      next.delete(edge);
      edge = after;
    }
    loops.push({ edges, apex: apexOf(edges) });
  }
  return loops;
}

/** A line between two vertices of one face could be the other cube's, too: no triangle may have it for a side. */
function apexOf(edges: readonly number[]): number | null {
  const n = edges.length;
  const isFree = (apex: number) =>
    edges.every((edge, i) => {
      const apart = (i - apex + n) % n;
      return apart <= 1 || apart === n - 1 || !shareFace(edges[apex], edge);
    });
  const apex = edges.findIndex((_, i) => isFree(i));
  return apex < 0 ? null : apex;
}
