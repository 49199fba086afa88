import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import { project, projectMember } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import type { projectFieldsSchema } from "./project-fields.ts";

type ProjectFields = z.output<typeof projectFieldsSchema>;
/** Short enough to be written down as they were and are; of the others the name of the field is. */
const TOLD: readonly (keyof ProjectFields)[] = [
  "name",
  "dataLicence",
  "trainMinutes",
  "retrainAfterDecisions",
  "autoRetrain",
  "autoBegin",
  "reviewScope",
  "reviewSharePercent",
  "newcomerDays",
  "trainApprovedOnly",
  "plantEvery",
  "showsPace",
];

/** Sets what is given, and writes down what of it differs from before. Returns who was told of it. */
export async function changeProject(
  services: Services,
  tx: Transaction,
  given: { projectId: string; fields: Partial<ProjectFields>; by: string },
): Promise<readonly string[]> {
  const { projectId, fields, by } = given;
  const [before] = await tx.select().from(project).where(eq(project.id, projectId)).for("update");
  if (!before) return []; // deleted meanwhile
  const changed = (Object.keys(fields) as (keyof ProjectFields)[]).filter((key) => fields[key] !== before[key]);
  if (changed.length === 0) return [];
  await tx.update(project).set(fields).where(eq(project.id, projectId));
  const tell = (values: Partial<ProjectFields>): string =>
    changed
      .filter((key) => TOLD.includes(key))
      .map((key) => `${key}: ${values[key]}`)
      .join("; ");
  const details = { fields: changed, from: tell(before), to: tell(fields) };
  await recordAudit(tx, { act: "project.changed", by, projectId, details });
  return changed.includes("showsPace") ? tellMembers(services, tx, given) : [];
}

/** What is shown of people is said to all of them. */
async function tellMembers(
  services: Services,
  tx: Transaction,
  { projectId, fields, by }: { projectId: string; fields: Partial<ProjectFields>; by: string },
): Promise<readonly string[]> {
  const members = await tx
    .select({ userId: projectMember.userId })
    .from(projectMember)
    .where(eq(projectMember.projectId, projectId));
  const { name } = await auditedPerson(tx, by);
  const facts = { kind: "pace", by: name, shown: fields.showsPace === true } as const;
  return notify(
    tx,
    services,
    members.map(({ userId }) => userId),
    { facts, projectId, subject: projectId },
  );
}
