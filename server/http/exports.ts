import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { datasetVersion } from "../../db/schema/index.ts";
import { isUuid } from "../access.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { costlyCall, countCall } from "../call-rate.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "../entrance/route.ts";
import { assertIntact } from "../export/assert-intact.ts";
import { type DatasetDescription, datasetDescriptionSchema } from "../export/dataset-description.ts";
import {
  assertPackable,
  bioimageZip,
  datasetFolderName,
  datasetZip,
  modelFolderName,
  modelZip,
} from "../export/dataset-zip.ts";
import { exportFormats } from "../export/export-formats.ts";
import { findExportedModel } from "../export/exported-model.ts";
import { openDataset } from "../export/frozen-dataset.ts";
import { assertFitsImagej } from "../export/tiff/stack-layouts.ts";
import { failureLog } from "../failure-log.ts";
import type { Services } from "../services.ts";
import { imagePrefix } from "../storage/import-places.ts";

const formatsSchema = z.array(z.enum(exportFormats)).min(1).max(exportFormats.length);
/** Making one is seconds of computing. */
const MODEL_PACKAGE = costlyCall("model-package", 10, 10);
const NO_SUCH = "There is no such dataset version.";
const NO_MODEL = "No model belongs to this dataset version.";

/** Sends a zip as it is made. A browser that goes away destroys the stream, which stops the making. */
async function sendZip(response: ServerResponse, zip: Readable, name: string, signal: AbortSignal): Promise<void> {
  response.writeHead(200, {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="${name}.zip"`,
    "cache-control": "private, no-store",
  });
  try {
    await pipeline(zip, response);
  } catch (error) {
    // The connection breaks off, so that nobody takes half a zip for a whole one.
    if (!signal.aborted) failureLog.failed(`the export ${name}`, error);
    response.destroy();
  }
}

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

async function sendDataset(request: RouteRequest): Promise<void> {
  const { services, projectId, url } = request;
  const formats = formatsSchema.safeParse([...new Set(url.searchParams.getAll("format"))]);
  if (!formats.success) throw new HttpRefusal(400, `Ask for one or more of ${exportFormats.join(", ")}.`);
  const { row, description } = await findReadyVersion(request);
  await assertImagesThere(services, description);
  if (formats.data.includes("imagej"))
    for (const frozen of description.volumes) assertFitsImagej(frozen.nuclei, frozen.name);
  const wantsModel = formats.data.includes("model") || formats.data.includes("bioimageio");
  const model = wantsModel && row.checkpointId ? await findExportedModel(services, projectId, row.checkpointId) : null;
  if (wantsModel && !model) throw new HttpRefusal(404, NO_MODEL);
  if (formats.data.includes("bioimageio")) countCall(services, MODEL_PACKAGE, request.user?.id ?? "");
  const dataset = openDataset(services.blobs, description);
  const wanted = { dataset, formats: formats.data, model };
  // Before the first byte is sent: what is missing is said in words, not by a broken connection.
  for (const frozen of description.volumes) await dataset.openVolume(frozen);
  await assertPackable(wanted, request.signal);
  await assertIntact(dataset, request.signal);
  const details = { versionId: row.id, version: row.version, formats: formats.data };
  await recordAudit(services.db, { act: "export.downloaded", by: request.user?.id ?? null, projectId, details });
  await sendZip(request.response, datasetZip(wanted), datasetFolderName(description), request.signal);
}

/** The model of a version as bioimage.io takes it: ready to be uploaded there. */
async function sendModelPackage(request: RouteRequest): Promise<void> {
  const { services, projectId } = request;
  const { row, description } = await findReadyVersion(request);
  const model = row.checkpointId ? await findExportedModel(services, projectId, row.checkpointId) : null;
  if (!model) throw new HttpRefusal(404, NO_MODEL);
  countCall(services, MODEL_PACKAGE, request.user?.id ?? "");
  // Made whole before the first byte is sent: what is wrong with the model is said in words.
  const zip = await bioimageZip({ model, description }, request.signal);
  const details = { versionId: row.id, version: row.version, formats: ["bioimageio"] };
  await recordAudit(services.db, { act: "export.downloaded", by: request.user?.id ?? null, projectId, details });
  await sendZip(request.response, zip, `${modelFolderName(model)}-bioimageio`, request.signal);
}

async function sendModel(request: RouteRequest): Promise<void> {
  const { services, parameters, projectId } = request;
  const model = isUuid(parameters.checkpointId)
    ? await findExportedModel(services, projectId, parameters.checkpointId)
    : null;
  if (!model) throw new HttpRefusal(404, "There is no such model.");
  const details = { checkpointId: parameters.checkpointId };
  await recordAudit(services.db, { act: "export.model-downloaded", by: request.user?.id ?? null, projectId, details });
  await sendZip(request.response, modelZip(model), modelFolderName(model), request.signal);
}

const door = (path: string, handle: HttpRoute["handle"]): HttpRoute => ({
  method: "GET",
  path,
  access: { kind: "project", role: "viewer" },
  maxBodyBytes: 0,
  handle,
});

/** `…/exports/<version>/zip?format=ome-zarr&format=model`, its model for bioimage.io, and a checkpoint alone. */
export const exportRoutes: readonly HttpRoute[] = [
  door("/api/projects/:projectId/exports/:versionId/zip", sendDataset),
  door("/api/projects/:projectId/exports/:versionId/bioimageio", sendModelPackage),
  door("/api/projects/:projectId/checkpoints/:checkpointId/zip", sendModel),
];
