import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../db/client.ts";
import { installation } from "../db/schema/index.ts";
import type { ServerEvents } from "./events.ts";

/**
 * What computes on this installation. `setting-up`: native TensorFlow is being fetched beside the product, trainings
 * run on the engine named; `ready`: settled; `fallback`: native cannot be had, and `text` says why; `none`: trainers
 * run on other machines only.
 */
export const engineStatusSchema = z.object({
  state: z.enum(["setting-up", "ready", "fallback", "none"]),
  engine: z.enum(["native-gpu", "native-cpu", "wasm"]).nullable(),
  /** For a person. */
  text: z.string(),
  /** 0…1 while setting up, where known. */
  progress: z.number().min(0).max(1).nullable(),
});

export type EngineStatus = z.infer<typeof engineStatusSchema>;

const KEY = "engine-status";
const UNKNOWN: EngineStatus = { state: "none", engine: null, text: "No trainer has started here yet.", progress: null };

export async function readEngineStatus(db: Database): Promise<EngineStatus> {
  const [row] = await db.select().from(installation).where(eq(installation.key, KEY));
  return row ? engineStatusSchema.parse(JSON.parse(row.value)) : UNKNOWN;
}

export async function writeEngineStatus(db: Database, events: ServerEvents, status: EngineStatus): Promise<void> {
  const value = JSON.stringify(status);
  await db
    .insert(installation)
    .values({ key: KEY, value })
    .onConflictDoUpdate({ target: installation.key, set: { value } });
  events.publish({ topic: "engine" });
}
