import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Database, Transaction } from "../../db/client.ts";
import { installation } from "../../db/schema/index.ts";

const quotaGb = z.number().positive().max(1_000_000).nullable().default(null);

/** What an administrator decides for the whole installation, on the page *Installation*. */
export const installationSettingsSchema = z.strictObject({
  /** Who may make projects; `members` are those who belong to a project already. */
  projectMakers: z.enum(["administrators", "members", "everybody"]).default("everybody"),
  /** An administrator without a second factor may do nothing that needs one, but set it up. */
  administratorsNeedTwoFactor: z.boolean().default(false),
  /** Room for what a person has uploaded in all projects, in 10⁹ bytes; null = no bound. */
  personQuotaGb: quotaGb,
  /** Room for the images of one project, in 10⁹ bytes; null = no bound. */
  projectQuotaGb: quotaGb,
});

export type InstallationSettings = z.infer<typeof installationSettingsSchema>;

const SETTINGS_KEY = "settings";

export async function readInstallationSettings(db: Database | Transaction): Promise<InstallationSettings> {
  const [row] = await db.select().from(installation).where(eq(installation.key, SETTINGS_KEY));
  return installationSettingsSchema.parse(row ? JSON.parse(row.value) : {});
}

/** Takes the fields that are given; of two changes at once each keeps its own. */
export async function changeInstallationSettings(
  db: Database,
  changes: Partial<InstallationSettings>,
): Promise<InstallationSettings> {
  return db.transaction(async (tx) => {
    await tx.insert(installation).values({ key: SETTINGS_KEY, value: "{}" }).onConflictDoNothing();
    const [row] = await tx.select().from(installation).where(eq(installation.key, SETTINGS_KEY)).for("update");
    const changed = installationSettingsSchema.parse({ ...JSON.parse(row.value), ...changes });
    await tx
      .update(installation)
      .set({ value: JSON.stringify(changed) })
      .where(eq(installation.key, SETTINGS_KEY));
    return changed;
  });
}
