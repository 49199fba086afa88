import type { SurfaceMesh } from "../../../../core/surface/closed-surface.ts";
import { decodeDraco, encodeDraco } from "./draco-mesh.ts";

const NM_PER_UM = 1000;
const QUANTIZATION_BITS = 16;
const STEPS = 2 ** QUANTIZATION_BITS - 1;
/** Where the fields of a manifest of one piece begin. */
const AT = {
  chunkShape: 0,
  gridOrigin: 12,
  lods: 24,
  lodScale: 28,
  vertexOffset: 32,
  fragments: 44,
  fragmentPosition: 48,
  fragmentBytes: 60,
  end: 64,
} as const;

export const MULTILOD_INFO = {
  "@type": "neuroglancer_multilod_draco",
  vertex_quantization_bits: QUANTIZATION_BITS,
  transform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
  lod_scale_multiplier: 1,
} as const;

/** A mesh and its manifest; numbers are little-endian, lengths nanometres. */
export interface MultilodMesh {
  readonly manifest: Uint8Array;
  readonly fragment: Uint8Array;
}

/**
 * A surface at one level of detail in one piece
 * (https://github.com/google/neuroglancer/blob/master/src/datasource/precomputed/meshes.md): vertices are 1/65 535 of its box apart.
 */
export function multilodMesh({ positions, triangles }: SurfaceMesh): MultilodMesh {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    min[i % 3] = Math.min(min[i % 3], positions[i] * NM_PER_UM);
    max[i % 3] = Math.max(max[i % 3], positions[i] * NM_PER_UM);
  }
  // As they are written, so that nothing is rounded twice.
  const origin = Float32Array.from(min);
  const size = Float32Array.from(max, (most, axis) => Math.max(most - origin[axis], Number.EPSILON));
  const grid = Uint32Array.from(positions, (um, i) =>
    Math.min(STEPS, Math.max(0, Math.round(((um * NM_PER_UM - origin[i % 3]) / size[i % 3]) * STEPS))),
  );
  const fragment = encodeDraco({ positions: grid, triangles });
  const view = new DataView(new ArrayBuffer(AT.end));
  for (let axis = 0; axis < 3; axis++) {
    view.setFloat32(AT.chunkShape + 4 * axis, size[axis], true);
    view.setFloat32(AT.gridOrigin + 4 * axis, origin[axis], true);
  }
  view.setUint32(AT.lods, 1, true);
  view.setFloat32(AT.lodScale, 1, true);
  view.setUint32(AT.fragments, 1, true);
  view.setUint32(AT.fragmentBytes, fragment.length, true);
  return { manifest: new Uint8Array(view.buffer), fragment };
}

/** In micrometres; null where it is no surface as `multilodMesh` writes it. */
export function readMultilodMesh({ manifest, fragment }: MultilodMesh): SurfaceMesh | null {
  const mesh = decodeDraco(fragment);
  if (!mesh || manifest.length !== AT.end) return null;
  const view = new DataView(manifest.buffer, manifest.byteOffset, manifest.length);
  const zeros = [
    ...manifest.subarray(AT.vertexOffset, AT.fragments),
    ...manifest.subarray(AT.fragmentPosition, AT.fragmentBytes),
  ];
  if (view.getUint32(AT.lods, true) !== 1 || view.getUint32(AT.fragments, true) !== 1 || zeros.some(Boolean))
    return null;
  if (view.getFloat32(AT.lodScale, true) !== 1 || view.getUint32(AT.fragmentBytes, true) !== fragment.length)
    return null;
  const positions = Float64Array.from(mesh.positions, (step, i) => {
    const [origin, size] = [AT.gridOrigin, AT.chunkShape].map((at) => view.getFloat32(at + 4 * (i % 3), true));
    return (origin + (size * step) / STEPS) / NM_PER_UM;
  });
  return mesh.positions.every((step) => step <= STEPS) && positions.every(Number.isFinite)
    ? { positions, triangles: mesh.triangles }
    : null;
}
