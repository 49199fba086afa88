import { eq } from "drizzle-orm";
import { hasRole } from "../../core/roles.ts";
import { nucleusClass } from "../../db/schema/index.ts";
import { membershipInProject } from "../access.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Services } from "../services.ts";

/** Distinguishable to the colour-blind (Okabe and Ito), by number key. */
const COLORS = ["#56b4e9", "#e69f00", "#cc79a7", "#009e73", "#f0e442", "#d55e00", "#0072b2", "#999999", "#ffffff"];

/**
 * Classes that came with labels and that the project does not have, each on a free number key, as long as there are some. Only for an
 * owner, who may change the project: nuclei keep their class without it, too.
 */
export async function addMissingClasses(
  services: Services,
  by: { readonly projectId: string; readonly userId: string },
  names: ReadonlySet<string>,
): Promise<void> {
  const { projectId, userId } = by;
  const membership = await membershipInProject(services.db, userId, projectId);
  if (!membership || !hasRole(membership.role, "owner")) return;
  await services.db.transaction(async (tx) => {
    const there = await tx.select().from(nucleusClass).where(eq(nucleusClass.projectId, projectId)).for("update");
    const known = new Set(there.map(({ name }) => name));
    const keys = new Set(there.map(({ numberKey }) => numberKey));
    const free = COLORS.map((color, index) => ({ color, numberKey: index + 1 })).filter(
      (one) => !keys.has(one.numberKey),
    );
    for (const name of [...names]
      .filter((one) => !known.has(one))
      .sort()
      .slice(0, free.length)) {
      await tx
        .insert(nucleusClass)
        .values({ projectId, name, ...free.shift()! })
        .onConflictDoNothing();
      await recordAudit(tx, { act: "class.made", by: userId, projectId, details: { name } });
    }
  });
  services.events.publish({ topic: "project", projectId });
}
