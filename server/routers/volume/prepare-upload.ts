import { z } from "zod";
import { costlyCall } from "../../call-rate.ts";
import { findConverter } from "../../ingest/convert/find-converter.ts";
import { askUploadState, beginToConvert, beginToFetch } from "../../ingest/preparations/where-prepared.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/**
 * Begins to fetch the OME-Zarr image at an address, with its labels, as an upload of this person; asked again it goes on. How far it
 * is: `uploadState`. Once that says `ready`, `inspectUpload` and the rest take it as any upload; a DELETE of the upload stops it.
 */
export const fetchAddress = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.fetchAddress", 60, 20)))
  .input(z.object({ address: z.string().min(1).max(2000) }))
  .mutation(async ({ ctx, input }) => ({
    uploadId: await beginToFetch(ctx.services, { projectId: ctx.projectId, userId: ctx.user.id }, input.address),
  }));

/**
 * After an upload is complete: does what it needs before it can be looked into, that is, has a file of a microscope converted where
 * `importWays` names a converter. Answers at once; `uploadState` says how far it is, and a DELETE of the upload stops it.
 */
export const prepareUpload = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.prepareUpload", 300, 5)))
  .input(z.object({ uploadId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const owner = { projectId: ctx.projectId, userId: ctx.user.id };
    await beginToConvert(ctx.services, owner, input.uploadId);
    return askUploadState(ctx.services, owner, input.uploadId);
  });

/** What this installation can do beside reading the formats it knows: the name and version of its converter, or null. */
export const importWays = projectProcedure("reviewer").query(async ({ ctx }) => {
  const converter = await findConverter(ctx.services.environment);
  return { converter: converter && { name: converter.name, version: converter.version } };
});

/** Asked every second or so while the state is `working`. */
export const uploadState = projectProcedure("reviewer")
  .input(z.object({ uploadId: z.uuid() }))
  .query(({ ctx, input }) =>
    askUploadState(ctx.services, { projectId: ctx.projectId, userId: ctx.user.id }, input.uploadId),
  );
