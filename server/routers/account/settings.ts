import { eq } from "drizzle-orm";
import { z } from "zod";
import { SETTING_MAX_CHARS, settingNames } from "../../../core/setting-name.ts";
import { personSetting } from "../../../db/schema/index.ts";
import { signedInProcedure } from "../../trpc.ts";

/** By name; what was never set is missing. */
export const settings = signedInProcedure.query(async ({ ctx }): Promise<Record<string, unknown>> => {
  const rows = await ctx.services.db.select().from(personSetting).where(eq(personSetting.userId, ctx.user.id));
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
});

const settingValue = z
  .unknown()
  .refine((value) => value !== undefined && value !== null, "a value is missing")
  .refine((value) => JSON.stringify(value).length <= SETTING_MAX_CHARS, "the value is too large");

/** The newest one stands. */
export const keepSetting = signedInProcedure
  .input(z.strictObject({ name: z.enum(settingNames), value: settingValue }))
  .mutation(async ({ ctx, input: { name, value } }) => {
    const changedAt = new Date();
    await ctx.services.db
      .insert(personSetting)
      .values({ userId: ctx.user.id, name, value, changedAt })
      .onConflictDoUpdate({ target: [personSetting.userId, personSetting.name], set: { value, changedAt } });
  });
