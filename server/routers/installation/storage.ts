import { storageMeterOf } from "../../storage/usage/storage-meter.ts";
import { administratorProcedure } from "../../trpc.ts";

/** What takes the disk. Old figures are made anew beside the server; the page asks again while that lasts. */
export const storage = administratorProcedure.query(({ ctx }) => storageMeterOf(ctx.services).read());

export const measureStorage = administratorProcedure.mutation(({ ctx }) =>
  storageMeterOf(ctx.services).read({ afresh: true }),
);
