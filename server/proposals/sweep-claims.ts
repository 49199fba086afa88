import { sql } from "drizzle-orm";
import type { Services } from "../services.ts";

/** Forgets claims whose holders went away, and tells the pages. Claiming does not wait for it: it looks at the time. */
export async function sweepClaims(services: Services): Promise<void> {
  const { rows } = await services.db.execute<{ project_id: string }>(sql`
    with gone as (delete from claim where expires_at < now() returning volume_id)
    select distinct volume.project_id from gone join volume on volume.id = gone.volume_id`);
  for (const row of rows) services.events.publish({ topic: "queue", projectId: row.project_id });
}
