import { and, desc, eq, ne } from "drizzle-orm";
import { isProblem, type Problem } from "../../core/problem.ts";
import { checkpoint, project } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { type StoredProductModel, storeProductModel } from "./product-model.ts";
import { readStoredModel } from "./read-stored-model.ts";

/** Older ones are hardly worth the wait: each is read whole. */
const MAX_LOOKED_AT = 20;

export interface ChosenParent {
  /** A checkpoint's id, or the weights that come with the product, which are no checkpoint of the project yet; null: none. */
  readonly weights: string | StoredProductModel | null;
  /** A sentence where it is not the current model. */
  readonly note: string | null;
}

/**
 * The weights that a training goes on from: those of the current model, or, where their files cannot be read, of the
 * newest used model that can be. A damaged file costs one model, never the project's trainings. Where there is none yet,
 * those that come with the product.
 */
export async function chooseParent(services: Services, projectId: string): Promise<ChosenParent> {
  const { db, blobs } = services;
  const [{ currentId }] = await db
    .select({ currentId: project.currentCheckpointId })
    .from(project)
    .where(eq(project.id, projectId));
  if (!currentId) return { weights: await storeProductModel(services, projectId), note: null };
  const [current] = await db.select().from(checkpoint).where(eq(checkpoint.id, currentId));
  const problem = current ? await problemOf(() => readStoredModel(blobs, current)) : null;
  if (current && !problem) return { weights: currentId, note: null };
  const unreadable = `The current model cannot be used: ${problem ? `${problem.what} (${problem.where})` : "it is gone."}`;
  const others = await db
    .select()
    .from(checkpoint)
    .where(and(eq(checkpoint.projectId, projectId), eq(checkpoint.promoted, true), ne(checkpoint.id, currentId)))
    .orderBy(desc(checkpoint.createdAt))
    .limit(MAX_LOOKED_AT);
  for (const other of others)
    if (!(await problemOf(() => readStoredModel(blobs, other))))
      return {
        weights: other.id,
        note: `${unreadable} This training goes on from checkpoint ${other.id.slice(0, 8)} instead.`,
      };
  return {
    weights: await storeProductModel(services, projectId),
    note: `${unreadable} This training goes on from the product's own weights instead.`,
  };
}

/** A store that is away is no damaged file. */
async function problemOf(read: () => Promise<unknown>): Promise<Problem | null> {
  try {
    await read();
    return null;
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}
