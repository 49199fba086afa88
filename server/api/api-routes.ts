import { type HttpRoute, sendJson } from "../entrance/route.ts";
import type { ApiRoute } from "./endpoint.ts";
import { projectEndpoints } from "./endpoints/projects.ts";
import { queueEndpoints } from "./endpoints/queue.ts";
import { trainingEndpoints } from "./endpoints/training.ts";
import { type UploadHandlers, uploadEndpoints } from "./endpoints/uploads.ts";
import { versionEndpoints } from "./endpoints/versions.ts";
import { volumeEndpoints } from "./endpoints/volumes.ts";
import { openApiDocument } from "./open-api.ts";
import { currentArrayRoutes } from "./zarr/current-arrays.ts";
import { versionArrayRoutes } from "./zarr/version-arrays.ts";

/** Routes of the pages that do for a token what they do for a session. */
export interface PageHandlers {
  readonly uploads: UploadHandlers;
  readonly serveZarr: HttpRoute["handle"];
  readonly sendZip: HttpRoute["handle"];
}

/** Everything below /api/v1 that takes a token, each with what is said of it. */
export const apiRoutes = ({ uploads, serveZarr, sendZip }: PageHandlers): readonly ApiRoute[] => [
  ...projectEndpoints,
  ...volumeEndpoints,
  ...uploadEndpoints(uploads),
  ...currentArrayRoutes(serveZarr),
  ...queueEndpoints,
  ...trainingEndpoints,
  ...versionEndpoints(sendZip),
  ...versionArrayRoutes,
];

/** Says what all of them are; holds nothing of anybody. */
export const openApiRoute = (routes: readonly ApiRoute[]): HttpRoute => ({
  method: "GET",
  path: "/api/v1/openapi.json",
  access: { kind: "public" },
  maxBodyBytes: 0,
  handle: async ({ services, response }) => sendJson(response, 200, openApiDocument(routes, services.publicUrl())),
});
