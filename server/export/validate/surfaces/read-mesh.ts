import type { SurfaceMesh } from "../../../../core/surface/closed-surface.ts";
import type { MeshFormat } from "../../surfaces/mesh-formats.ts";

/** Reads a surface of triangles as other programs write it, too; null where it is none. */
export const readMesh: Readonly<Record<MeshFormat, (bytes: Uint8Array) => SurfaceMesh | null>> = {
  ply: readPly,
  obj: readObj,
  vtk: readVtk,
};

/** Null where a triangle names a vertex that is not there, or a place is no number. */
function checked(positions: Float64Array, triangles: Uint32Array): SurfaceMesh | null {
  const vertices = positions.length / 3;
  return triangles.every((vertex) => vertex < vertices) && positions.every(Number.isFinite)
    ? { positions, triangles }
    : null;
}

/** Whole lines at the begin of a file, up to the one that ends like this, and where the rest begins. */
function headOf(bytes: Uint8Array, last: RegExp): { text: string; end: number } | null {
  const text = Buffer.from(bytes.subarray(0, 2048)).toString("latin1");
  const found = last.exec(text);
  return found && { text: text.slice(0, found.index + found[0].length), end: found.index + found[0].length };
}

function readPly(bytes: Uint8Array): SurfaceMesh | null {
  const head = headOf(bytes, /end_header\n/);
  const [, vertices, faces] =
    /element vertex (\d+)\n[\s\S]*element face (\d+)\n/.exec(head?.text ?? "")?.map(Number) ?? [];
  if (!head?.text.startsWith("ply\nformat binary_little_endian 1.0\n") || vertices === undefined) return null;
  if (bytes.length !== head.end + 12 * vertices + 13 * faces) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + head.end, bytes.length - head.end);
  const positions = Float64Array.from({ length: 3 * vertices }, (_, i) => view.getFloat32(4 * i, true));
  const triangles = new Uint32Array(3 * faces);
  for (let i = 0, at = 12 * vertices; i < faces; i++, at += 13) {
    if (view.getUint8(at) !== 3) return null;
    for (let k = 0; k < 3; k++) triangles[3 * i + k] = view.getInt32(at + 1 + 4 * k, true);
  }
  return checked(positions, triangles);
}

function readObj(bytes: Uint8Array): SurfaceMesh | null {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (const line of Buffer.from(bytes).toString("latin1").split("\n")) {
    const [kind, ...numbers] = line.split(" ");
    if ((kind === "v" || kind === "f") && numbers.length !== 3) return null;
    if (kind === "v") positions.push(...numbers.map(Number));
    else if (kind === "f") triangles.push(...numbers.map((one) => Number(one) - 1));
    else if (kind !== "#" && line !== "") return null;
  }
  return checked(Float64Array.from(positions), Uint32Array.from(triangles));
}

function readVtk(bytes: Uint8Array): SurfaceMesh | null {
  const head = headOf(bytes, /POINTS \d+ float\n/);
  if (!head || !/^# vtk DataFile Version 3\.0\n.*\nBINARY\nDATASET POLYDATA\n/.test(head.text)) return null;
  const vertices = Number(/POINTS (\d+)/.exec(head.text)?.[1]);
  const middle = headOf(bytes.subarray(head.end + 12 * vertices), /^\nPOLYGONS \d+ \d+\n/);
  const [, faces, numbers] = /POLYGONS (\d+) (\d+)/.exec(middle?.text ?? "")?.map(Number) ?? [];
  if (!middle || numbers !== 4 * faces) return null;
  const facesAt = head.end + 12 * vertices + middle.end;
  if (bytes.length !== facesAt + 16 * faces + 1) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const positions = Float64Array.from({ length: 3 * vertices }, (_, i) => view.getFloat32(head.end + 4 * i, false));
  const triangles = new Uint32Array(3 * faces);
  for (let i = 0; i < faces; i++) {
    if (view.getInt32(facesAt + 16 * i, false) !== 3) return null;
    for (let k = 0; k < 3; k++) triangles[3 * i + k] = view.getInt32(facesAt + 16 * i + 4 + 4 * k, false);
  }
  return checked(positions, triangles);
}
