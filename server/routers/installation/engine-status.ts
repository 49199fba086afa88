import { readEngineStatus } from "../../engine-status.ts";
import { signedInProcedure } from "../../trpc.ts";

/** What computes here, for the banner and the training panel. Hears `engine` events. */
export const engineStatus = signedInProcedure.query(({ ctx }) => readEngineStatus(ctx.services.db));
