import { and, eq, isNull } from "drizzle-orm";
import { volume } from "../../../db/schema/index.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import { basePrefix, channelsPrefix, imagePrefix } from "../../storage/import-places.ts";

/** Counts the volumes that were imported before anybody did; once, beside everything else. Ends early when `signal` aborts. */
export async function countStoredBytes({ db, blobs }: Services, signal: AbortSignal): Promise<void> {
  const uncounted = and(eq(volume.state, "ready"), isNull(volume.storedBytes));
  for (const { id } of await db.select({ id: volume.id }).from(volume).where(uncounted)) {
    if (signal.aborted) return;
    try {
      let storedBytes = 0;
      for (const prefix of [imagePrefix(id), channelsPrefix(id), basePrefix(id)])
        storedBytes += await blobs.sizeOf(prefix);
      await db
        .update(volume)
        .set({ storedBytes })
        .where(and(eq(volume.id, id), isNull(volume.storedBytes)));
    } catch (error) {
      if (!signal.aborted) failureLog.failed(`counting the bytes of volume ${id}`, error);
    }
  }
}
