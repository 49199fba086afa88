import { and, eq } from "drizzle-orm";
import { datasetVersion } from "../../../db/schema/index.ts";
import { isUuid } from "../../access.ts";
import { HttpRefusal, type HttpRoute } from "../../entrance/route.ts";
import { datasetDescriptionSchema } from "../../export/frozen/dataset-description.ts";
import { openDataset, type ReadableVolume } from "../../export/frozen/frozen-dataset.ts";
import { readOmeZarrPart } from "../../export/zarr/ome-zarr-files.ts";
import type { Services } from "../../services.ts";
import { arrayRoutes } from "./current-arrays.ts";
import { ARRAY_PART, noPart, sendPart } from "./send-part.ts";

/** A version never changes, but it may be deleted: it is looked for again after this. */
const LOOK_AGAIN_MS = 30_000;
const MAX_KEPT = 16;

interface Kept {
  readonly volume: Promise<ReadableVolume>;
  readonly atMs: number;
}
const keptOf = new WeakMap<Services, Map<string, Kept>>();

/** A volume of a ready version by the name of its files, opened once for all of its chunks. */
async function openVolume(
  services: Services,
  projectId: string,
  versionId: string,
  fileName: string,
): Promise<ReadableVolume> {
  const kept = keptOf.get(services) ?? new Map<string, Kept>();
  keptOf.set(services, kept);
  const name = `${projectId} ${versionId} ${fileName}`;
  const known = kept.get(name);
  if (known && performance.now() - known.atMs < LOOK_AGAIN_MS) return known.volume;
  const volume = findVolume(services, projectId, versionId, fileName);
  kept.delete(name);
  kept.set(name, { volume, atMs: performance.now() });
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? "");
  volume.catch(() => kept.delete(name));
  return volume;
}

async function findVolume(
  services: Services,
  projectId: string,
  versionId: string,
  fileName: string,
): Promise<ReadableVolume> {
  const [row] = isUuid(versionId)
    ? await services.db
        .select()
        .from(datasetVersion)
        .where(and(eq(datasetVersion.id, versionId), eq(datasetVersion.projectId, projectId)))
    : [];
  if (!row) throw new HttpRefusal(404, "There is no such dataset version.");
  if (row.state !== "ready") throw new HttpRefusal(409, "This dataset version is not ready.");
  const description = datasetDescriptionSchema.parse(row.description);
  const frozen = description.volumes.find((one) => one.fileName === fileName);
  if (!frozen) throw noPart();
  return openDataset(services.blobs, description).openVolume(frozen);
}

const PLACE = /^([A-Za-z0-9._-]{1,81})\.ome\.zarr\/((?:labels\/(?:nuclei|known)\/)?)(.*)$/;

const serve: HttpRoute["handle"] = async (route) => {
  const { services, projectId, parameters } = route;
  const [, fileName, folder, part] = PLACE.exec(parameters["*"]) ?? [];
  if (fileName === undefined || !(ARRAY_PART.test(part) || part === "labels/zarr.json")) throw noPart();
  const volume = await openVolume(services, projectId, parameters.versionId, fileName);
  const found = await readOmeZarrPart(services.blobs, volume, folder + part);
  if (!found && part.endsWith(".json")) throw noPart();
  sendPart(route, found);
};

export const versionArrayRoutes = arrayRoutes(
  "/projects/:projectId/versions/:versionId/ome-zarr",
  "project",
  {
    id: "readVersion",
    summary: "A frozen version as OME-Zarr 0.5: `<volume>.ome.zarr/…` with `labels/nuclei` and `labels/known`",
  },
  serve,
);
