import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { AuditEvent } from "../../../core/audit/audit-event.ts";
import { Problem } from "../../../core/problem.ts";
import { type DepositAct, type DepositState, depositActs } from "../../../core/publication/deposit.ts";
import type { Transaction } from "../../../db/client.ts";
import { deposit } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { Services } from "../../services.ts";
import type { DepositRow } from "../../zenodo/run-deposit.ts";

export const depositInput = z.object({ depositId: z.uuid() });

/** Locks it; throws `no-such-deposit` for one of another project. */
export async function findDeposit(tx: Transaction, projectId: string, depositId: string): Promise<DepositRow> {
  const [row] = await tx
    .select()
    .from(deposit)
    .where(and(eq(deposit.id, depositId), eq(deposit.projectId, projectId)))
    .for("update");
  if (row) return row;
  throw new Problem({ tag: "no-such-deposit", what: "This draft is not there.", hint: "Load the page again." });
}

/** Whose account at Zenodo it lies in: nobody else's token opens it, and nobody acts there in another's name. */
export function assertOwn(row: DepositRow, userId: string): void {
  if (row.createdBy === userId) return;
  throw new Problem({
    tag: "deposit-of-another",
    what: "This draft lies in another owner's account at Zenodo.",
    hint: "They go on with it, publish or discard it. You can take it off the list, and make a draft of your own.",
  });
}

export function assertMay(act: DepositAct, row: DepositRow): void {
  const from: readonly DepositState[] = depositActs[act].from;
  if (from.includes(row.state)) return;
  throw new Problem({
    tag: "deposit-moved-on",
    what: "This draft is not in the state that you saw.",
    where: row.state,
    hint: "Look at it again.",
  });
}

export const detailsOf = ({ id, version, place }: DepositRow) => ({ depositId: id, version, place });

type ActOfDeposit = Extract<AuditEvent, { act: `deposit.${string}` }>["act"];

/** One act of its own person on a deposit: the state that it leads to, with its row in the audit log. */
export async function moveDeposit(
  services: Services,
  given: { projectId: string; depositId: string; by: string; act: DepositAct; audited: ActOfDeposit; doi?: string },
): Promise<void> {
  const { projectId, depositId, by, act, audited, doi } = given;
  await services.db.transaction(async (tx) => {
    const row = await findDeposit(tx, projectId, depositId);
    assertOwn(row, by);
    assertMay(act, row);
    if (doi !== undefined && row.doi !== doi)
      throw new Problem({
        tag: "doi-differs",
        what: "The DOI does not match, so nothing was published.",
        where: "doi",
        hint: "Look at the draft again, and type its DOI as it is shown.",
      });
    await tx.update(deposit).set({ state: depositActs[act].to, problem: sql`null` }).where(eq(deposit.id, row.id));
    const details = { ...detailsOf(row), ...(doi !== undefined && { doi }) };
    await recordAudit(tx, { act: audited, by, projectId, details } as AuditEvent);
  });
  services.events.publish({ topic: "deposit", projectId });
}
