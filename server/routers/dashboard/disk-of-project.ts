import { storageMeterOf } from "../../storage/usage/storage-meter.ts";
import { projectProcedure } from "../../trpc.ts";

/** What this project takes of the disk; nothing of others. `bytes` is null until it was measured once. */
export const diskOfProject = projectProcedure("viewer").query(async ({ ctx }) => {
  const { usage, measuring, failure } = await storageMeterOf(ctx.services).read();
  const own = usage?.projects.find(({ projectId }) => projectId === ctx.projectId);
  return {
    bytes: own?.bytes ?? null,
    measuredAt: usage?.measuredAt ?? null,
    measuring,
    /** Why is for administrators. */
    failed: failure !== null,
  };
});
