import { isDeepStrictEqual } from "node:util";
import { BRICK_SIZE, brickBox, brickKeyAt } from "../../../core/volume/brick.ts";
import { planPyramid } from "../../../core/volume/pyramid.ts";
import { boxShape, bytesPerPixel, type PixelType, voxelCount } from "../../../core/volume/voxel-space.ts";
import { pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import { type FileSource, readJsonFile, type Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { hasSurface } from "../surfaces/nucleus-surface.ts";
import { MULTILOD_INFO, readMultilodMesh } from "../viewers/mesh/multilod-mesh.ts";
import { chunkName, volumeInfo } from "../viewers/neuroglancer-files.ts";
import { fragmentName, MESH_FOLDER, manifestName } from "../viewers/neuroglancer-meshes.ts";
import { checkMesh } from "./surfaces/surface-rules.ts";
import type { TableRow } from "./table-rules.ts";
import type { VolumeTable } from "./volume-rules.ts";

interface Properties {
  readonly "@type"?: unknown;
  readonly inline?: { readonly ids?: unknown; readonly properties?: unknown };
}

/** Both volumes: what their info says, that every chunk lies on the grid and has its size, and the nuclei against the table. */
export async function checkNeuroglancer(
  files: FileSource,
  volume: FrozenVolume,
  { rows, revision }: VolumeTable,
  say: Say,
): Promise<void> {
  const { fileName } = volume;
  const nuclei = `neuroglancer/${fileName}_nuclei/`;
  await checkInfo(files, `neuroglancer/${fileName}_image/`, volumeInfo(volume, "image", volume.pixelType), say);
  await checkInfo(files, nuclei, volumeInfo(volume, "segmentation", "uint32"), say);
  await checkChunks(files, `neuroglancer/${fileName}_image/`, volume, volume.pixelType, say);
  const voxels = await checkChunks(files, nuclei, volume, "uint32", say);
  for (const label of new Set([...voxels.keys(), ...rows.keys()]))
    if (String(voxels.get(label) ?? 0) !== rows.get(label)?.voxels)
      say(
        "neuroglancer-labels",
        `${nuclei}s0`,
        `nucleus ${label} has ${voxels.get(label) ?? 0} voxels, not as in the table`,
      );
  await checkProperties(files, `${nuclei}segment_properties/info`, rows, say);
  const { mesh } = ((await readJsonFile(files, `${nuclei}info`)) ?? {}) as { readonly mesh?: unknown };
  // Packages with older tables have none.
  if (mesh === MESH_FOLDER) await checkMeshes(files, volume, `${nuclei}${MESH_FOLDER}/`, rows, say);
  else if (mesh !== undefined || revision >= 3)
    say("neuroglancer-info", `${nuclei}info`, `mesh is not “${MESH_FOLDER}”`);
}

/** A manifest and its mesh for every nucleus that has a surface, and none of another. */
async function checkMeshes(
  files: FileSource,
  volume: FrozenVolume,
  folder: string,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const rule = "neuroglancer-mesh";
  if (!isDeepStrictEqual(await readJsonFile(files, `${folder}info`), MULTILOD_INFO))
    say(`${rule}-info`, `${folder}info`, `is not ${JSON.stringify(MULTILOD_INFO)}`);
  const expected = new Set([...rows.keys()].flatMap((label) => [manifestName(label), fragmentName(label)]));
  for (const path of files.paths)
    if (path.startsWith(folder) && path !== `${folder}info` && !expected.has(path.slice(folder.length)))
      say(`${rule}-nucleus`, path, "is of no nucleus of the table");
  for (const [label, row] of rows) {
    const path = folder + fragmentName(label);
    const [manifest, fragment] = [await files.read(folder + manifestName(label)), await files.read(path)];
    if (!manifest || !fragment) {
      if (hasSurface(Number(row.surface_voxel_faces_um2), volume))
        say(`${rule}-missing`, path, "has no mesh, or no manifest");
      continue;
    }
    checkMesh(readMultilodMesh({ manifest, fragment }), row, volume, rule, path, say);
  }
}

async function checkInfo(files: FileSource, folder: string, expected: object, say: Say): Promise<void> {
  const info = (await readJsonFile(files, `${folder}info`)) as Record<string, unknown> | null;
  for (const [field, value] of Object.entries(expected))
    if (!isDeepStrictEqual(info?.[field], value))
      say("neuroglancer-info", `${folder}info`, `${field} is not ${JSON.stringify(value).slice(0, 200)}`);
}

/** Voxels of every value but 0 at the finest level. */
async function checkChunks(
  files: FileSource,
  folder: string,
  { shapeZyx, voxelSizeZyx }: FrozenVolume,
  pixelType: PixelType,
  say: Say,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  const levels = planPyramid(shapeZyx, voxelSizeZyx);
  for (const path of files.paths) {
    if (!path.startsWith(folder)) continue;
    const [, scale, name] = /^s(\d+)\/(.+)$/.exec(path.slice(folder.length)) ?? [];
    if (scale === undefined) continue;
    const corner = /^(\d+)-\d+_(\d+)-\d+_(\d+)-\d+$/.exec(name)?.slice(1).map(Number);
    const level = levels[Number(scale)];
    const [x, y, z] = corner ?? [Number.NaN, 0, 0];
    const isOnGrid = level && [z, y, x].every((at, axis) => at % BRICK_SIZE === 0 && at < level.shapeZyx[axis]);
    const box = isOnGrid ? brickBox(brickKeyAt(z, y, x), level.shapeZyx) : null;
    if (!box || name !== chunkName(box)) {
      say("neuroglancer-chunk-name", path, "is no box of the grid");
      continue;
    }
    const bytes = (await files.read(path)) ?? new Uint8Array();
    if (bytes.length !== voxelCount(boxShape(box)) * bytesPerPixel[pixelType])
      say("neuroglancer-chunk-bytes", path, `has ${bytes.length} bytes, which is not its box`);
    else if (level.scaleLevel === 0 && pixelType === "uint32")
      for (const value of pixelsOf("uint32", bytes)) if (value !== 0) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

async function checkProperties(
  files: FileSource,
  path: string,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const rule = "neuroglancer-properties";
  const properties = (await readJsonFile(files, path)) as Properties | null;
  const ids = properties?.inline?.ids;
  if (properties?.["@type"] !== "neuroglancer_segment_properties" || !Array.isArray(ids))
    return say(rule, path, "is no list of properties");
  if (ids.toSorted().join() !== [...rows.keys()].map(String).sort().join())
    say(rule, path, "is not about the nuclei of the table");
  const lists = properties.inline?.properties;
  if (!Array.isArray(lists) || lists.some((one) => (one as { values?: unknown[] }).values?.length !== ids.length))
    say(rule, path, "has not one value of each property for every nucleus");
}
