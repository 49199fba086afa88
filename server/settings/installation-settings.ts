import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Database, Transaction } from "../../db/client.ts";
import { installation } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";

/** The database refuses to delete rows of the audit log that are younger. */
const AUDIT_MIN_DAYS = 30;
const AUDIT_MAX_DAYS = 3_650;
const LABEL_HISTORY_MIN_DAYS = 1;

const quotaGb = z.number().min(0.00001).max(1_000_000).nullable();

const hosts = z
  .string()
  .max(200)
  .toLowerCase()
  .regex(/^([a-z0-9.:_-]+([\s,]+|$))*$/, "Names of servers, separated by commas.");

const fields = {
  /** Who may make projects; `members` are those who belong to a project already. */
  projectMakers: z.enum(["administrators", "members", "everybody"]),
  /** An administrator without a second factor may do nothing that needs one, but set it up. */
  administratorsNeedTwoFactor: z.boolean(),
  /** What new projects start with: proposals right after import, and a first round by itself. Their owners may change it. */
  autoBegin: z.boolean(),
  /** Room for what a person has uploaded in all projects, in 10⁹ bytes; null = no bound. */
  personQuotaGb: quotaGb,
  /** Room for the images of one project, in 10⁹ bytes; null = no bound. */
  projectQuotaGb: quotaGb,
  /** Rows of the audit log that are older are deleted. */
  auditDays: z.int().min(AUDIT_MIN_DAYS).max(AUDIT_MAX_DAYS),
  /** So long each record of a label can be undone, and is kept with who made it and when. */
  labelHistoryDays: z.int().min(LABEL_HISTORY_MIN_DAYS).max(AUDIT_MAX_DAYS),
  /**
   * Servers of a private network from which volumes may be fetched, also without https; names or numbers as they stand in an address,
   * separated by commas. All others have to be on the public internet.
   */
  privateImportHosts: hosts,
  /** Likewise, servers that may be told of what happens in a project (server/webhooks). */
  privateWebhookHosts: hosts,
  /** Origins whose pages may use `/api/v1` with a token, separated by commas. */
  apiOrigins: z
    .string()
    .max(1000)
    .toLowerCase()
    .regex(
      /^(https?:\/\/[a-z0-9.-]+(:\d{1,5})?([\s,]+|$))*$/,
      "Origins such as https://viewer.example.org, without a path, separated by commas.",
    ),
};

/** What an administrator decides for the whole installation, on the page *Installation*. */
export const installationSettingsSchema = z.strictObject({
  projectMakers: fields.projectMakers.default("everybody"),
  administratorsNeedTwoFactor: fields.administratorsNeedTwoFactor.default(false),
  autoBegin: fields.autoBegin.default(true),
  personQuotaGb: fields.personQuotaGb.default(null),
  projectQuotaGb: fields.projectQuotaGb.default(null),
  auditDays: fields.auditDays.default(400),
  labelHistoryDays: fields.labelHistoryDays.default(30),
  privateImportHosts: fields.privateImportHosts.default(""),
  privateWebhookHosts: fields.privateWebhookHosts.default(""),
  apiOrigins: fields.apiOrigins.default(""),
});

/** Any of them, without defaults: what is not named keeps its value. */
export const settingsChangesSchema = z.strictObject(fields).partial();

export type InstallationSettings = z.infer<typeof installationSettingsSchema>;

const SETTINGS_KEY = "settings";

export async function readInstallationSettings(db: Database | Transaction): Promise<InstallationSettings> {
  const [row] = await db.select().from(installation).where(eq(installation.key, SETTINGS_KEY));
  return installationSettingsSchema.parse(row ? JSON.parse(row.value) : {});
}

/** Takes the fields that are given; of two changes at once each keeps its own. `by` is null for the server itself. */
export async function changeInstallationSettings(
  db: Database,
  changes: Partial<InstallationSettings>,
  by: string | null = null,
): Promise<InstallationSettings> {
  return db.transaction(async (tx) => {
    await tx.insert(installation).values({ key: SETTINGS_KEY, value: "{}" }).onConflictDoNothing();
    const [row] = await tx.select().from(installation).where(eq(installation.key, SETTINGS_KEY)).for("update");
    const before = installationSettingsSchema.parse(JSON.parse(row.value));
    const changed = installationSettingsSchema.parse({
      ...JSON.parse(row.value),
      ...settingsChangesSchema.parse(changes),
    });
    await tx
      .update(installation)
      .set({ value: JSON.stringify(changed) })
      .where(eq(installation.key, SETTINGS_KEY));
    for (const setting of installationSettingsSchema.keyof().options)
      if (changed[setting] !== before[setting])
        await recordAudit(tx, {
          act: "settings.changed",
          by,
          details: { setting, from: before[setting], to: changed[setting] },
        });
    return changed;
  });
}
