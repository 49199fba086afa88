import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../db/client.ts";
import { project } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
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
];

/** Sets what is given, and writes down what of it differs from before. */
export async function changeProject(
  tx: Transaction,
  given: { projectId: string; fields: Partial<ProjectFields>; by: string },
): Promise<void> {
  const { projectId, fields, by } = given;
  const [before] = await tx.select().from(project).where(eq(project.id, projectId)).for("update");
  if (!before) return; // deleted meanwhile
  const changed = (Object.keys(fields) as (keyof ProjectFields)[]).filter((key) => fields[key] !== before[key]);
  if (changed.length === 0) return;
  await tx.update(project).set(fields).where(eq(project.id, projectId));
  const tell = (values: Partial<ProjectFields>): string =>
    changed
      .filter((key) => TOLD.includes(key))
      .map((key) => `${key}: ${values[key]}`)
      .join("; ");
  const details = { fields: changed, from: tell(before), to: tell(fields) };
  await recordAudit(tx, { act: "project.changed", by, projectId, details });
}
