import type { Database } from "../../db/client.ts";
import { readInstallationSettings } from "./installation-settings.ts";

/** Servers of the own network that an administrator allows, in lower case: to be read from, or to be told of events. */
export async function privateHostsOf(
  { db }: { readonly db: Database },
  which: "privateImportHosts" | "privateWebhookHosts",
): Promise<string[]> {
  const settings = await readInstallationSettings(db);
  return settings[which].split(/[\s,]+/).filter(Boolean);
}
