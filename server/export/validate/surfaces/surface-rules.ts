import type { SurfaceMesh } from "../../../../core/surface/closed-surface.ts";
import { measureMesh } from "../../../../core/surface/mesh-measures.ts";
import type { FileSource, Say } from "../../file-source.ts";
import type { FrozenVolume } from "../../frozen/dataset-description.ts";
import type { MeshFormat } from "../../surfaces/mesh-formats.ts";
import { hasSurface } from "../../surfaces/nucleus-surface.ts";
import { surfacePath } from "../../surfaces/surface-files.ts";
import type { TableRow } from "../table-rules.ts";
import { readMesh } from "./read-mesh.ts";

/** Of the volume that the table has; surfaces are made to one part in ten thousand, and written with seven digits. */
export const VOLUME_TOLERANCE = 0.01;
/** Between the middles of a surface and of its voxels, in voxels along an axis. */
const MOST_AWAY_VOXELS = 0.5;

/** A surface for every nucleus: closed, its triangles outward, with the volume and the place that the table says. */
export async function checkSurfaces(
  files: FileSource,
  volume: FrozenVolume,
  format: MeshFormat,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const folder = `${format}/${volume.fileName}/`;
  const expected = new Set([...rows.keys()].map((label) => surfacePath(format, volume, label)));
  for (const path of files.paths)
    if (path.startsWith(folder) && !expected.has(path)) say(`${format}-nucleus`, path, "is of no nucleus of the table");
  for (const [label, row] of rows) {
    const path = surfacePath(format, volume, label);
    const bytes = await files.read(path);
    if (!bytes) {
      if (hasSurface(Number(row.surface_voxel_faces_um2), volume))
        say(`${format}-missing`, path, "there is no such file");
      continue;
    }
    checkMesh(readMesh[format](bytes), row, volume, format, path, say);
  }
}

/** `rule` is what the names of its rules begin with. */
export function checkMesh(
  mesh: SurfaceMesh | null,
  row: TableRow,
  volume: FrozenVolume,
  rule: string,
  path: string,
  say: Say,
): void {
  if (!mesh || mesh.triangles.length === 0) say(`${rule}-unreadable`, path, "is no surface of triangles");
  else if (!isClosed(mesh)) say(`${rule}-open`, path, "has an edge without a triangle on each side of it");
  else checkPlace(mesh, row, volume, rule, path, say);
}

function checkPlace(
  mesh: SurfaceMesh,
  row: TableRow,
  { voxelSizeZyx }: FrozenVolume,
  rule: string,
  path: string,
  say: Say,
): void {
  const { volume, centroid } = measureMesh(mesh);
  if (volume <= 0) {
    say(`${rule}-inward`, path, "has triangles that look inward");
    return;
  }
  const expected = Number(row.volume_um3);
  if (!(Math.abs(volume / expected - 1) <= VOLUME_TOLERANCE))
    say(`${rule}-volume`, path, `encloses ${volume.toPrecision(6)} µm³, its voxels have ${row.volume_um3}`);
  const away = ["x", "y", "z"].some(
    (axis, i) =>
      !(Math.abs(centroid[i] - Number(row[`centroid_${axis}_um`])) <= MOST_AWAY_VOXELS * voxelSizeZyx[2 - i]),
  );
  if (away) say(`${rule}-place`, path, "lies elsewhere than its voxels");
}

/** Every edge has one triangle on each side. */
function isClosed({ positions, triangles }: SurfaceMesh): boolean {
  const vertices = positions.length / 3;
  const seen = new Set<number>();
  for (let i = 0; i < triangles.length; i += 3)
    for (let k = 0; k < 3; k++) {
      const edge = triangles[i + k] * vertices + triangles[i + ((k + 1) % 3)];
      if (seen.has(edge)) return false;
      seen.add(edge);
    }
  for (const edge of seen) if (!seen.has((edge % vertices) * vertices + Math.floor(edge / vertices))) return false;
  return true;
}
