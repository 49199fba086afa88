import {
  changeInstallationSettings,
  readInstallationSettings,
  settingsChangesSchema,
} from "../../settings/installation-settings.ts";
import { administratorProcedure } from "../../trpc.ts";

export const settings = administratorProcedure.query(({ ctx }) => readInstallationSettings(ctx.services.db));

/** Takes the fields that are given, and answers with all as they are then. Pages of others hear of it. */
export const changeSettings = administratorProcedure.input(settingsChangesSchema).mutation(async ({ ctx, input }) => {
  const changed = await changeInstallationSettings(ctx.services.db, input, ctx.user.id);
  ctx.services.events.publish({ topic: "settings" });
  return changed;
});
