import { eq } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { projectMember, user } from "../../../db/schema/index.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";

export interface AnnotatorName {
  readonly name: string;
  readonly named: DatasetDescription["annotators"][number]["named"];
}

export interface NameOf {
  (userId: string): AnnotatorName;
  /** Everybody who was asked for, once. */
  told(): AnnotatorName[];
}

/**
 * How an export names an account: by name or pseudonym, as the person chose. Who has left the project can no longer be
 * asked and stays without a name.
 */
export async function annotatorNames(db: Database, projectId: string): Promise<NameOf> {
  const members = await db
    .select({
      userId: projectMember.userId,
      exportAs: projectMember.exportAs,
      pseudonym: projectMember.pseudonym,
      name: user.name,
    })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(eq(projectMember.projectId, projectId));
  const names = new Map<string, AnnotatorName>(
    members.map((member) => [
      member.userId,
      { name: member.exportAs === "name" ? member.name : member.pseudonym, named: member.exportAs },
    ]),
  );
  const told = new Set<string>();
  let gone = 0;
  const nameOf = (userId: string): AnnotatorName => {
    told.add(userId);
    const known = names.get(userId);
    if (known) return known;
    const former: AnnotatorName = { name: `former member ${++gone}`, named: "pseudonym" };
    names.set(userId, former);
    return former;
  };
  return Object.assign(nameOf, { told: () => [...told].map(nameOf) });
}
