import { eq } from "drizzle-orm";
import { isProblem } from "../../core/problem.ts";
import { project } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { decisionsSinceTraining } from "./decisions-since-training.ts";
import { requestTraining } from "./request-training.ts";

/** Starts a training by itself after the project's number of decisions, if the project says so. */
export async function retrainWhenDue(services: Services, projectId: string, userId: string): Promise<void> {
  const [settings] = await services.db.select().from(project).where(eq(project.id, projectId));
  if (!settings?.autoRetrain) return;
  if ((await decisionsSinceTraining(services.db, projectId)) < settings.retrainAfterDecisions) return;
  try {
    await requestTraining(services, { projectId, createdBy: userId, automatic: true });
  } catch (error) {
    // Already training, or too little labelled: the page says so, and the next decision asks again.
    if (!isProblem(error)) throw error;
  }
}
