import type { SurfaceMesh } from "../../../core/surface/closed-surface.ts";

/** Files of surfaces, by their endings. */
export const meshFormats = ["ply", "obj", "vtk"] as const;
export type MeshFormat = (typeof meshFormats)[number];

const encoder = new TextEncoder();

/** `about` is one line of ASCII: what the file is, and its unit. */
export const meshBytes: Readonly<Record<MeshFormat, (mesh: SurfaceMesh, about: string) => Uint8Array>> = {
  ply: plyBytes,
  obj: objBytes,
  vtk: vtkBytes,
};

/** Stanford's PLY, binary, little-endian (http://paulbourke.net/dataformats/ply/). */
function plyBytes({ positions, triangles }: SurfaceMesh, about: string): Uint8Array {
  const [vertices, faces] = [positions.length / 3, triangles.length / 3];
  const head = encoder.encode(
    [
      "ply",
      "format binary_little_endian 1.0",
      `comment ${about}`,
      `element vertex ${vertices}`,
      ...["x", "y", "z"].map((name) => `property float ${name}`),
      `element face ${faces}`,
      "property list uchar int vertex_indices",
      "end_header",
      "",
    ].join("\n"),
  );
  const bytes = new Uint8Array(head.length + vertices * 12 + faces * 13);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  let at = head.length;
  for (const place of positions) {
    view.setFloat32(at, place, true);
    at += 4;
  }
  for (let i = 0; i < triangles.length; i += 3) {
    view.setUint8(at, 3);
    for (let k = 0; k < 3; k++) view.setInt32(at + 1 + 4 * k, triangles[i + k], true);
    at += 13;
  }
  return bytes;
}

/** To a tenth of a nanometre. */
const inDigits = (um: number): string => String(Number(um.toFixed(4)));

/** Wavefront's OBJ: text, vertices counted from 1. */
function objBytes({ positions, triangles }: SurfaceMesh, about: string): Uint8Array {
  const lines = [`# ${about}`];
  for (let i = 0; i < positions.length; i += 3)
    lines.push(`v ${inDigits(positions[i])} ${inDigits(positions[i + 1])} ${inDigits(positions[i + 2])}`);
  for (let i = 0; i < triangles.length; i += 3)
    lines.push(`f ${triangles[i] + 1} ${triangles[i + 1] + 1} ${triangles[i + 2] + 1}`);
  return encoder.encode(`${lines.join("\n")}\n`);
}

/** VTK's own format before XML, binary, big-endian (https://docs.vtk.org/en/latest/vtk_file_formats/vtk_legacy_file_format.html). */
function vtkBytes({ positions, triangles }: SurfaceMesh, about: string): Uint8Array {
  const [vertices, faces] = [positions.length / 3, triangles.length / 3];
  const head = encoder.encode(
    `# vtk DataFile Version 3.0\n${about}\nBINARY\nDATASET POLYDATA\nPOINTS ${vertices} float\n`,
  );
  const between = encoder.encode(`\nPOLYGONS ${faces} ${4 * faces}\n`);
  const bytes = new Uint8Array(head.length + vertices * 12 + between.length + faces * 16 + 1);
  const view = new DataView(bytes.buffer);
  bytes.set(head);
  let at = head.length;
  for (const place of positions) {
    view.setFloat32(at, place, false);
    at += 4;
  }
  bytes.set(between, at);
  at += between.length;
  for (let i = 0; i < triangles.length; i += 3) {
    view.setInt32(at, 3, false);
    for (let k = 0; k < 3; k++) view.setInt32(at + 4 + 4 * k, triangles[i + k], false);
    at += 16;
  }
  bytes[at] = 10;
  return bytes;
}
