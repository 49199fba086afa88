import type { HttpRoute } from "./route.ts";
import { trainerRoutes } from "./trainer-api.ts";

/** Every plain HTTP door of the server; tRPC, better-auth and pages are mounted beside them in start-server.ts. */
export const httpRoutes: readonly HttpRoute[] = [...trainerRoutes];
