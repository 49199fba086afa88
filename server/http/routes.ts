import { apiRoutes, openApiRoute } from "../api/api-routes.ts";
import { labelRoutes } from "../collab/routes/label-routes.ts";
import type { HttpRoute } from "../entrance/route.ts";
import { historyRoutes } from "../history/history-routes.ts";
import { auditLogRoutes } from "./files/audit-log.ts";
import { currentModelRoutes } from "./files/current-model.ts";
import { exportRoutes, sendDataset } from "./files/exports.ts";
import { appendPieceRoute, beginUploadRoute, dropUploadRoute, uploadRoutes } from "./files/uploads.ts";
import { serveZarr, zarrRoutes } from "./files/zarr.ts";
import { operationRoutes } from "./operation.ts";
import { trainerRoutes } from "./trainer/trainer-api.ts";

/** Of people's programs, with what the document of the API says of each. */
export const documentedRoutes = apiRoutes({
  uploads: { begin: beginUploadRoute, append: appendPieceRoute, remove: dropUploadRoute },
  serveZarr,
  sendZip: sendDataset,
});

/** Every plain HTTP route of the server; tRPC, better-auth and pages are mounted beside them in start-server.ts. */
export const httpRoutes: readonly HttpRoute[] = [
  ...labelRoutes,
  ...historyRoutes,
  ...trainerRoutes,
  ...uploadRoutes,
  ...zarrRoutes,
  ...currentModelRoutes,
  ...exportRoutes,
  ...operationRoutes,
  ...auditLogRoutes,
  ...documentedRoutes,
  openApiRoute(documentedRoutes),
];
