import { readOrigins } from "../entrance/cross-origin.ts";
import type { Services } from "../services.ts";
import { readInstallationSettings } from "../settings/installation-settings.ts";

/** An event that another server told may be missed: the setting is read again after this. */
const READ_AGAIN_MS = 10_000;

interface Kept {
  readonly origins: Promise<ReadonlySet<string>>;
  readonly atMs: number;
}
const keptOf = new WeakMap<Services, { kept: Kept | null }>();

/** Origins whose pages may use the API, read once and again when the settings change: viewers ask for thousands of chunks. */
export async function apiOriginsOf(services: Services): Promise<ReadonlySet<string>> {
  let holder = keptOf.get(services);
  if (!holder) {
    const made: { kept: Kept | null } = { kept: null };
    services.events.subscribe((event) => {
      if (event.topic === "settings") made.kept = null;
    });
    keptOf.set(services, made);
    holder = made;
  }
  if (!holder.kept || performance.now() - holder.kept.atMs > READ_AGAIN_MS) {
    const origins = readInstallationSettings(services.db).then(({ apiOrigins }) => readOrigins(apiOrigins));
    const kept = { origins, atMs: performance.now() };
    holder.kept = kept;
    origins.catch(() => {
      if (holder.kept === kept) holder.kept = null;
    });
  }
  return holder.kept.origins;
}
