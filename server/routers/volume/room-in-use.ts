import { readRoomUse } from "../../ingest/quota/room-use.ts";
import { projectProcedure } from "../../trpc.ts";

/** How much of their room this person and this project use. */
export const roomInUse = projectProcedure("reviewer").query(({ ctx }) =>
  readRoomUse(ctx.services.db, { projectId: ctx.projectId, userId: ctx.user.id }),
);
