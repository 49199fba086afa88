import { eq } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { projectMember } from "../../db/schema/index.ts";
import { readInstallationSettings } from "../settings/installation-settings.ts";

interface Maker {
  readonly id: string;
  readonly isAdministrator: boolean;
}

/** Null where this person may make projects; otherwise a sentence that says who may. */
export async function whyNoProjects(db: Database | Transaction, person: Maker): Promise<string | null> {
  const { projectMakers } = await readInstallationSettings(db);
  if (projectMakers === "everybody" || person.isAdministrator) return null;
  if (projectMakers === "administrators") return "On this installation administrators make the projects.";
  const [one] = await db
    .select({ projectId: projectMember.projectId })
    .from(projectMember)
    .where(eq(projectMember.userId, person.id))
    .limit(1);
  return one ? null : "On this installation members of a project may make further ones.";
}

export async function assertMayMakeProjects(tx: Transaction, person: Maker): Promise<void> {
  const why = await whyNoProjects(tx, person);
  if (why === null) return;
  throw new Problem({
    tag: "no-project-maker",
    what: why,
    hint: "Ask an administrator to make it, or an owner to invite you into theirs.",
  });
}
