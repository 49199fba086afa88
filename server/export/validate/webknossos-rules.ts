import { isDeepStrictEqual } from "node:util";
import { type FileSource, readAll, readJsonFile, type Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { datasourceProperties, webknossosFolder, webknossosStore } from "../viewers/webknossos-files.ts";
import { validateOmeZarr } from "./ome-zarr-rules.ts";
import { checkZarrOfVolume } from "./ome-zarr-volume.ts";
import type { TableRow } from "./table-rules.ts";

/** What webKnossos is told against the volume, its store by the rules of OME-Zarr, and the segments against the table. */
export async function checkWebknossos(
  files: FileSource,
  volume: FrozenVolume,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const folder = webknossosFolder(volume);
  const path = `${folder}datasource-properties.json`;
  const said = (await readJsonFile(files, path)) as Record<string, unknown> | null;
  for (const [field, value] of Object.entries(datasourceProperties(volume)))
    if (!isDeepStrictEqual(said?.[field], value))
      say("webknossos-datasource", path, `${field} is not ${JSON.stringify(value).slice(0, 200)}`);
  const layers = (said?.dataLayers ?? []) as readonly { mags?: readonly { path?: unknown }[] }[];
  for (const { mags } of Array.isArray(layers) ? layers : [])
    for (const { path: mag } of mags ?? [])
      if (!files.paths.includes(`${folder}${String(mag).replace(/^\.\//, "")}/zarr.json`))
        say("webknossos-mag", path, `${mag} is no array of the folder`);
  const store = storeAsFormat(files, volume);
  for (const { rule, where, what } of await validateOmeZarr(store, `ome-zarr/${webknossosStore(volume)}/`))
    say(rule, where, what);
  await checkZarrOfVolume(store, { ...volume, channels: [] }, rows, say);
  await checkSegments(files, `${folder}nuclei.nml`, volume, rows, say);
}

/** The store under the path that it has in the format `ome-zarr`. */
function storeAsFormat(files: FileSource, volume: FrozenVolume): FileSource {
  const [from, to] = [webknossosFolder(volume), "ome-zarr/"];
  const back = (path: string) => from + path.slice(to.length);
  return {
    paths: files.paths
      .filter((path) => path.startsWith(from + webknossosStore(volume)))
      .map((path) => to + path.slice(from.length)),
    read: (path) => files.read(back(path)),
    open: (path) => files.open(back(path)),
  };
}

const SEGMENT =
  /<segment id="(\d+)" name="[^"<>]*" anchorPositionX="(\d+)" anchorPositionY="(\d+)" anchorPositionZ="(\d+)" \/>/g;

async function checkSegments(
  files: FileSource,
  path: string,
  { largestLabel, voxelSizeZyx }: FrozenVolume,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const nml = await readAll(files, path);
  const segments = new Map([...nml.matchAll(SEGMENT)].map(([, id, ...anchor]) => [Number(id), anchor.map(Number)]));
  if (!nml.includes(`fallbackLayer="nuclei" largestSegmentId="${largestLabel}"`))
    say("webknossos-nml", path, `is no annotation of the layer nuclei up to ${largestLabel}`);
  if (
    (nml.match(/<segment /g) ?? []).length !== segments.size ||
    [...segments.keys()].some((id) => !rows.has(id)) ||
    segments.size !== rows.size
  )
    say("webknossos-segments", path, "has not one segment for each nucleus of the table");
  for (const [id, anchor] of segments)
    for (const [i, axis] of ["x", "y", "z"].entries()) {
      const at = Number(rows.get(id)?.[`centroid_${axis}_um`]) / voxelSizeZyx[2 - i];
      if (Math.abs(anchor[i] + 0.5 - at) > 0.51)
        say("webknossos-anchor", path, `segment ${id} is not where its nucleus is, along ${axis}`);
    }
}
