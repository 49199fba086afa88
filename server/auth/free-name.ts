import { sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { nameSkeleton } from "../../core/text/name.ts";
import type { Transaction } from "../../db/client.ts";
import { user } from "../../db/schema/index.ts";

/** Names are given one after another: of two people who want one at once, one finds it taken. */
const LOCK = 7_310_442;

/** Nobody may look like somebody else here: throws a Problem where another person's name would be taken for this one. */
export async function assertFreeName(tx: Transaction, name: string, ownUserId: string | null): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
  const skeleton = nameSkeleton(name);
  const people = await tx.select({ id: user.id, name: user.name }).from(user);
  if (people.some((one) => one.id !== ownUserId && nameSkeleton(one.name) === skeleton))
    throw new Problem({
      tag: "name-taken",
      what: "Somebody here has this name, or one that looks like it.",
      hint: "Add a middle initial, or the name of your group in brackets.",
    });
}
