import { z } from "zod";
import { costlyCall } from "../../call-rate.ts";
import { inspectUpload as inspect } from "../../ingest/uploads/inspect-upload.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/** What a complete upload holds: images, channels, times, voxel size. A broken file answers with its Problem; a page that goes away ends the reading. */
export const inspectUpload = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.inspectUpload", 300, 5)))
  .input(z.object({ uploadId: z.uuid() }))
  .mutation(({ ctx, input, signal }) =>
    inspect(ctx.services, { projectId: ctx.projectId, userId: ctx.user.id }, input.uploadId, signal),
  );
