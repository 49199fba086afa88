import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { datasetVersion } from "../../../db/schema/index.ts";
import { isUuid } from "../../access.ts";
import { costlyCall, countCall } from "../../call-rate.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "../../entrance/route.ts";
import { assertIntact } from "../../export/assert-intact.ts";
import {
  bioimageArchive,
  type DatasetZip,
  datasetArchive,
  datasetFolderName,
  inOrder,
  modelArchive,
  modelFolderName,
  partsOfFormats,
} from "../../export/dataset-zip.ts";
import { exportFormats } from "../../export/export-formats.ts";
import { findExportedModel } from "../../export/exported-model.ts";
import { objectionTo } from "../../export/format-objections.ts";
import { packingListsOf } from "../../export/freezing/make-packing-lists.ts";
import { type DatasetDescription, datasetDescriptionSchema } from "../../export/frozen/dataset-description.ts";
import { openDataset } from "../../export/frozen/frozen-dataset.ts";
import type { ExportedModel } from "../../export/model-files.ts";
import { keptArchive } from "../../export/zip/kept-archives.ts";
import { readPackingList } from "../../export/zip/stored-lists.ts";
import type { Services } from "../../services.ts";
import { imagePrefix } from "../../storage/import-places.ts";
import { answerZip } from "./send-zip.ts";

const formatsSchema = z.array(z.enum(exportFormats)).min(1).max(exportFormats.length);
/** Making one is seconds of computing. */
const MODEL_PACKAGE = costlyCall("model-package", 10, 10);
const NO_SUCH = "There is no such dataset version.";
const NO_MODEL = "No model belongs to this dataset version.";

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

async function findReadyVersion({ services, parameters, projectId }: RouteRequest) {
  if (!isUuid(parameters.versionId)) throw new HttpRefusal(404, NO_SUCH);
  const [row] = await services.db
    .select()
    .from(datasetVersion)
    .where(and(eq(datasetVersion.id, parameters.versionId), eq(datasetVersion.projectId, projectId)));
  if (!row) throw new HttpRefusal(404, NO_SUCH);
  if (row.state !== "ready") throw new HttpRefusal(409, "This dataset version is not ready.");
  return { row, description: datasetDescriptionSchema.parse(row.description) };
}

/** The model as the version names it: the project may have another name now, and the program another number. */
async function modelOfVersion(
  { services, projectId }: RouteRequest,
  { row, description }: Awaited<ReturnType<typeof findReadyVersion>>,
): Promise<ExportedModel> {
  const model = row.checkpointId ? await findExportedModel(services, projectId, row.checkpointId) : null;
  if (!model) throw new HttpRefusal(404, NO_MODEL);
  const { project, software } = description;
  return { ...model, projectName: project.name, software };
}

export async function sendDataset(request: RouteRequest): Promise<void> {
  const { services, projectId, url, signal } = request;
  const asked = formatsSchema.safeParse([...new Set(url.searchParams.getAll("format"))]);
  if (!asked.success) throw new HttpRefusal(400, `Ask for one or more of ${exportFormats.join(", ")}.`);
  const formats = inOrder(asked.data);
  const version = await findReadyVersion(request);
  const { row, description } = version;
  await assertImagesThere(services, description);
  for (const format of formats) {
    const objection = objectionTo(format, description);
    if (objection) throw objection;
  }
  const dataset = openDataset(services.blobs, description);
  const zip = async (): Promise<DatasetZip> => ({
    dataset,
    formats,
    model: formats.includes("model") || formats.includes("bioimageio") ? await modelOfVersion(request, version) : null,
  });
  await answerZip(request, {
    name: datasetFolderName(description),
    archive: () =>
      keptArchive(services, `${row.id} ${formats.join()}`, async () => {
        if (formats.includes("bioimageio")) countCall(services, MODEL_PACKAGE, request.user?.id ?? "");
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

/** The model of a version as bioimage.io takes it: ready to be uploaded there. */
async function sendModelPackage(request: RouteRequest): Promise<void> {
  const { services, projectId, signal } = request;
  const version = await findReadyVersion(request);
  const { row, description } = version;
  const model = await modelOfVersion(request, version);
  await answerZip(request, {
    name: `${modelFolderName(model)}-bioimageio`,
    // Made whole before the first byte is sent: what is wrong with the model is said in words.
    archive: () =>
      keptArchive(services, `${row.id} package`, () => {
        countCall(services, MODEL_PACKAGE, request.user?.id ?? "");
        return bioimageArchive({ model, description }, signal);
      }),
    assertWhole: async () => {},
    downloaded: {
      act: "export.downloaded",
      by: request.user?.id ?? null,
      projectId,
      details: { versionId: row.id, version: row.version, formats: ["bioimageio"] },
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

const routes = (path: string, handle: HttpRoute["handle"]): HttpRoute[] =>
  (["GET", "HEAD"] as const).map((method) => ({
    method,
    path,
    access: { kind: "project", role: "viewer" },
    maxBodyBytes: 0,
    handle,
  }));

/** `…/exports/<version>/zip?format=ome-zarr&format=model`, its model for bioimage.io, and a checkpoint alone. */
export const exportRoutes: readonly HttpRoute[] = [
  ...routes("/api/projects/:projectId/exports/:versionId/zip", sendDataset),
  ...routes("/api/projects/:projectId/exports/:versionId/bioimageio", sendModelPackage),
  ...routes("/api/projects/:projectId/checkpoints/:checkpointId/zip", sendModel),
];
