import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { datasetVersion } from "../../db/schema/index.ts";
import { isUuid } from "../access.ts";
import { assertIntact } from "../export/assert-intact.ts";
import { type DatasetDescription, datasetDescriptionSchema } from "../export/dataset-description.ts";
import {
  type DatasetZip,
  datasetArchive,
  datasetFolderName,
  inOrder,
  modelArchive,
  modelFolderName,
  partsOfFormats,
} from "../export/dataset-zip.ts";
import { exportFormats } from "../export/export-formats.ts";
import { findExportedModel } from "../export/exported-model.ts";
import { openDataset } from "../export/frozen-dataset.ts";
import { assertFitsImagej } from "../export/tiff/stack-layouts.ts";
import { keptArchive } from "../export/zip/kept-archives.ts";
import { packingListsOf } from "../export/zip/make-packing-lists.ts";
import { readPackingList } from "../export/zip/packing-lists.ts";
import { imagePrefix } from "../ingest/jobs/import-places.ts";
import type { Services } from "../services.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "./route.ts";
import { answerZip } from "./send-zip.ts";

const formatsSchema = z.array(z.enum(exportFormats)).min(1).max(exportFormats.length);
const NO_SUCH = "There is no such dataset version.";

/** Versions of earlier releases lost their images with their volumes. */
async function assertImagesThere({ blobs }: Services, description: DatasetDescription): Promise<void> {
  const sizes = await Promise.all(description.volumes.map(({ id }) => blobs.head(`${imagePrefix(id)}zarr.json`)));
  const gone = description.volumes.filter((_, i) => sizes[i] === null);
  if (gone.length > 0)
    throw new Problem({
      tag: "export-volume-deleted",
      what: "A volume of this dataset version was deleted, and its images with it.",
      where: gone.map(({ name }) => name).join(", "),
      hint: "Make a new version of what is there now.",
    });
}

async function sendDataset(request: RouteRequest): Promise<void> {
  const { services, parameters, projectId, url, signal } = request;
  const asked = formatsSchema.safeParse([...new Set(url.searchParams.getAll("format"))]);
  if (!asked.success) throw new HttpRefusal(400, `Ask for one or more of ${exportFormats.join(", ")}.`);
  const formats = inOrder(asked.data);
  if (!isUuid(parameters.versionId)) throw new HttpRefusal(404, NO_SUCH);
  const [row] = await services.db
    .select()
    .from(datasetVersion)
    .where(and(eq(datasetVersion.id, parameters.versionId), eq(datasetVersion.projectId, projectId)));
  if (!row) throw new HttpRefusal(404, NO_SUCH);
  if (row.state !== "ready") throw new HttpRefusal(409, "This dataset version is not ready.");
  const description = datasetDescriptionSchema.parse(row.description);
  await assertImagesThere(services, description);
  if (formats.includes("imagej"))
    for (const frozen of description.volumes) assertFitsImagej(frozen.nuclei, frozen.name);
  const dataset = openDataset(services.blobs, description);

  async function zip(): Promise<DatasetZip> {
    if (!formats.includes("model")) return { dataset, formats, model: null };
    const model = row.checkpointId ? await findExportedModel(services, projectId, row.checkpointId) : null;
    if (!model) throw new HttpRefusal(404, "No model belongs to this dataset version.");
    // As the version says: the project may have another name now, and the program another number.
    const { project, software } = description;
    return { dataset, formats, model: { ...model, projectName: project.name, software } };
  }

  await answerZip(request, {
    name: datasetFolderName(description),
    archive: () =>
      keptArchive(services, `${row.id} ${formats.join()}`, async () => {
        const listed = await packingListsOf(services, description, partsOfFormats(formats), signal);
        return datasetArchive(await zip(), listed, signal);
      }),
    async assertWhole() {
      await zip();
      for (const frozen of description.volumes) await dataset.openVolume(frozen);
      await assertIntact(dataset, (await readPackingList(services.blobs, row.id, "ome-zarr")) ?? [], signal);
    },
    downloaded: {
      act: "export.downloaded",
      by: request.user?.id ?? null,
      projectId,
      details: { versionId: row.id, version: row.version, formats },
    },
  });
}

async function sendModel(request: RouteRequest): Promise<void> {
  const { services, parameters, projectId, signal } = request;
  const model = isUuid(parameters.checkpointId)
    ? await findExportedModel(services, projectId, parameters.checkpointId)
    : null;
  if (!model) throw new HttpRefusal(404, "There is no such model.");
  await answerZip(request, {
    name: modelFolderName(model),
    archive: () => modelArchive(model, signal),
    assertWhole: async () => {},
    downloaded: {
      act: "export.model-downloaded",
      by: request.user?.id ?? null,
      projectId,
      details: { checkpointId: parameters.checkpointId },
    },
  });
}

const doors = (path: string, handle: HttpRoute["handle"]): HttpRoute[] =>
  (["GET", "HEAD"] as const).map((method) => ({
    method,
    path,
    access: { kind: "project", role: "viewer" },
    maxBodyBytes: 0,
    handle,
  }));

/** `…/exports/<version>/zip?format=ome-zarr&format=model`, and a checkpoint alone. */
export const exportRoutes: readonly HttpRoute[] = [
  ...doors("/api/projects/:projectId/exports/:versionId/zip", sendDataset),
  ...doors("/api/projects/:projectId/checkpoints/:checkpointId/zip", sendModel),
];
