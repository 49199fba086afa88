import { and, eq, inArray } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { task, volume } from "../../db/schema/index.ts";

/** Open tasks of somebody who leaves a project are free again. */
export async function freeTasks(tx: Transaction, projectId: string, userId: string): Promise<void> {
  const ofProject = tx.select({ id: volume.id }).from(volume).where(eq(volume.projectId, projectId));
  await tx
    .update(task)
    .set({ assigneeId: null })
    .where(and(eq(task.assigneeId, userId), eq(task.state, "open"), inArray(task.volumeId, ofProject)));
}
