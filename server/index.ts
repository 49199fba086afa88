import type { appRouter } from "./root.ts";

/** The only door for app/: types, nothing that runs. */
export type AppRouter = typeof appRouter;
export type { ServerEvent } from "./events.ts";
