import type { SurfaceMesh } from "../../../core/surface/closed-surface.ts";

const NM_PER_UM = 1000;

/** Number of vertices, their x, y, z in nanometres, three vertices a triangle; all little-endian, numbers of 32 bits. */
export function legacyMesh({ positions, triangles }: SurfaceMesh): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * positions.length + 4 * triangles.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, positions.length / 3, true);
  let at = 4;
  for (const um of positions) {
    view.setFloat32(at, um * NM_PER_UM, true);
    at += 4;
  }
  for (const vertex of triangles) {
    view.setUint32(at, vertex, true);
    at += 4;
  }
  return bytes;
}

/** In micrometres; null where it is no surface of triangles. */
export function readLegacyMesh(bytes: Uint8Array): SurfaceMesh | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const vertices = view.getUint32(0, true);
  const trianglesAt = 4 + 12 * vertices;
  if (bytes.length < trianglesAt || (bytes.length - trianglesAt) % 12 !== 0) return null;
  const positions = Float64Array.from({ length: 3 * vertices }, (_, i) => view.getFloat32(4 + 4 * i, true) / NM_PER_UM);
  const triangles = Uint32Array.from({ length: (bytes.length - trianglesAt) / 4 }, (_, i) =>
    view.getUint32(trianglesAt + 4 * i, true),
  );
  return triangles.every((vertex) => vertex < vertices) && positions.every(Number.isFinite)
    ? { positions, triangles }
    : null;
}
