import { z } from "zod";
import { costlyCall } from "../../call-rate.ts";
import { fetchAddress as fetchFrom } from "../../ingest/address/fetch-address.ts";
import { uploadStateOf } from "../../ingest/preparations/upload-state.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/**
 * Begins to fetch the OME-Zarr image at an address, with its labels, as an upload of this person; asked again it goes on. How far it
 * is: `uploadState`. Once that says `ready`, `inspectUpload` and the rest take it as any upload; a DELETE of the upload stops it.
 */
export const fetchAddress = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.fetchAddress", 60, 20)))
  .input(z.object({ address: z.string().min(1).max(2000) }))
  .mutation(async ({ ctx, input }) => ({
    uploadId: await fetchFrom(ctx.services, { projectId: ctx.projectId, userId: ctx.user.id }, input.address),
  }));

/** Asked every second or so while the state is `working`. */
export const uploadState = projectProcedure("reviewer")
  .input(z.object({ uploadId: z.uuid() }))
  .query(({ ctx, input }) =>
    uploadStateOf(ctx.services, { projectId: ctx.projectId, userId: ctx.user.id }, input.uploadId),
  );
