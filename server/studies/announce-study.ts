import { eq } from "drizzle-orm";
import { study, studyLayer } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/** The study got on: pages of its project, and of whoever takes part in it, ask again. */
export async function announceStudy({ db, events }: Services, projectId: string, studyId: string): Promise<void> {
  const [row] = await db.select({ userId: study.adjudicatorId }).from(study).where(eq(study.id, studyId));
  const layers = await db.select({ userId: studyLayer.userId }).from(studyLayer).where(eq(studyLayer.studyId, studyId));
  const userIds = [...(row ? [row] : []), ...layers].map(({ userId }) => userId);
  events.publish({ topic: "studies", projectId, userIds });
}
