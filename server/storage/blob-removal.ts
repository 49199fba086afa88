import { eq } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { blobRemoval } from "../../db/schema/index.ts";
import type { BlobStore } from "./blob-store.ts";

/** In the transaction that deletes the rows which own these blobs; then call `removeScheduledBlobs`. */
export async function scheduleBlobRemoval(tx: Transaction, prefixes: readonly string[]): Promise<void> {
  if (prefixes.length === 0) return;
  await tx
    .insert(blobRemoval)
    .values(prefixes.map((prefix) => ({ prefix })))
    .onConflictDoNothing();
}

/** After a deletion, and at each start for what a crash left. */
export async function removeScheduledBlobs(db: Database, blobs: BlobStore): Promise<void> {
  for (const { prefix } of await db.select().from(blobRemoval)) {
    await blobs.remove(prefix);
    await db.delete(blobRemoval).where(eq(blobRemoval.prefix, prefix));
  }
}
