import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../../server/index.ts";

/** A volume as the list of its project tells it. */
export type ShownVolume = inferRouterOutputs<AppRouter>["volume"]["list"][number];
