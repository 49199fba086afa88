import type { inferRouterOutputs } from "@trpc/server";
import type { appRouter } from "./root.ts";

/** All that app/ may import of the server: types, nothing that runs. */
export type AppRouter = typeof appRouter;
/** Who is signed in, as the pages know them. */
export type Person = NonNullable<inferRouterOutputs<AppRouter>["account"]["me"]>;
export type { EngineStatus } from "./engine-status.ts";
export type { CommentsEvent, NucleiEvent, ProposalsEvent, ReviewEvent, ServerEvent, TrainingEvent } from "./events.ts";
