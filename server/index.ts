import type { appRouter } from "./root.ts";

/** The only door for app/: types, nothing that runs. */
export type AppRouter = typeof appRouter;
export type { SignedInUser } from "./auth/authentication.ts";
export type { EngineStatus } from "./engine-status.ts";
export type { ServerEvent } from "./events.ts";
