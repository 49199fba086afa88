import { sql } from "drizzle-orm";
import { trainer } from "../../../db/schema/index.ts";
import { servesProject } from "../../auth/trainer-token.ts";
import type { Services } from "../../services.ts";

/**
 * Whether a job that nobody asked for would be taken: one of the trainers that serve the project was seen this day. The one
 * beside the server shows itself at its start, also while its engine is still being built.
 */
export async function hasTrainer({ db }: Services, projectId: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select 1 from ${trainer}
    where ${trainer.lastSeenAt} > now() - interval '1 day' and ${servesProject(trainer.tokenHash, projectId)} limit 1`);
  return rows.length > 0;
}
