import { and, asc, eq } from "drizzle-orm";
import { courseOfDays, latestOfVolumes } from "../../../core/dashboard/course-of-days.ts";
import { volume } from "../../../db/schema/index.ts";
import { readNucleusDays } from "../../collab/nuclei/nucleus-day.ts";
import { countsOfProject } from "../../collab/operations/count-project.ts";
import { projectProcedure } from "../../trpc.ts";

/** A year, and some days to compare with. */
const SHOWN_DAYS = 400;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Nuclei by status and class, at the end of each day on which there was something new; and of each volume, now. Days are
 * UTC. What is stale is counted anew behind, and is there when the page asks again.
 */
export const courseOfProject = projectProcedure("viewer").query(async ({ ctx }) => {
  const { services, projectId } = ctx;
  const counts = await countsOfProject(services, projectId);
  const from = new Date(Date.now() - SHOWN_DAYS * DAY_MS).toISOString().slice(0, 10);
  const rows = await readNucleusDays(services.db, projectId, from);
  const latest = latestOfVolumes(rows);
  const volumes = await services.db
    .select({ volumeId: volume.id, name: volume.name })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")))
    .orderBy(asc(volume.name), asc(volume.id));
  return {
    days: courseOfDays(rows, from),
    volumes: volumes.map((one) => ({ ...one, now: latest.get(one.volumeId) ?? null })),
    /** Volumes whose labels have changed since they were counted, or that nobody has counted. */
    uncounted: counts.filter(({ isFresh }) => !isFresh).length,
  };
});
