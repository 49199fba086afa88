import type { Services } from "../services.ts";
import { readInstallationSettings } from "./installation-settings.ts";

/** Servers of the own network that an administrator allows, in lower case: to be read from, or to be told of events. */
export async function privateHostsOf(
  { db }: Pick<Services, "db">,
  which: "privateImportHosts" | "privateWebhookHosts",
): Promise<string[]> {
  const settings = await readInstallationSettings(db);
  return settings[which].split(/[\s,]+/).filter(Boolean);
}
