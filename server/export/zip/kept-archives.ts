import type { Services } from "../../services.ts";
import type { ZipArchive } from "./zip-archive.ts";

/** A download in many ranges lays its zip out once. Some megabytes each, of the largest data sets some hundred. */
const KEPT = 4;

const archives = new WeakMap<Services, Map<string, ZipArchive>>();

/** The zip that was laid out under this name, or `make`'s. */
export async function keptArchive(
  services: Services,
  name: string,
  make: () => Promise<ZipArchive>,
): Promise<ZipArchive> {
  const kept = archives.get(services) ?? new Map<string, ZipArchive>();
  archives.set(services, kept);
  const archive = kept.get(name) ?? (await make());
  // Asked for last, forgotten last.
  kept.delete(name);
  kept.set(name, archive);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return archive;
}
