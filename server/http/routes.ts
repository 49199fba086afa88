import { labelRoutes } from "../collab/routes/label-routes.ts";
import type { HttpRoute } from "../entrance/route.ts";
import { historyRoutes } from "../history/history-routes.ts";
import { auditLogRoutes } from "./audit-log.ts";
import { currentModelRoutes } from "./current-model.ts";
import { exportRoutes } from "./exports.ts";
import { operationRoutes } from "./operation.ts";
import { trainerRoutes } from "./trainer-api.ts";
import { uploadRoutes } from "./uploads.ts";
import { zarrRoutes } from "./zarr.ts";

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
];
