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

const parsed = z
  .string()
  .max(SETTING_MAX_CHARS)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text) ?? undefined;
    } catch {
      context.addIssue("This is no JSON.");
      return z.NEVER;
    }
  })
  .refine((value) => value !== undefined, "a value is missing");

/** The newest one stands. `json`: the value, which has a bound as text. */
export const keepSetting = signedInProcedure
  .input(z.strictObject({ name: z.enum(settingNames), json: parsed }))
  .mutation(async ({ ctx, input: { name, json: value } }) => {
    const changedAt = new Date();
    await ctx.services.db
      .insert(personSetting)
      .values({ userId: ctx.user.id, name, value, changedAt })
      .onConflictDoUpdate({ target: [personSetting.userId, personSetting.name], set: { value, changedAt } });
  });
