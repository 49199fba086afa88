import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

export interface ChainEnd {
  readonly position: number;
  readonly hash: string;
}

export type ChainVerdict =
  | { readonly whole: true; readonly rows: number; readonly end: ChainEnd }
  /** The first position at which something was changed, added or taken away. */
  | { readonly whole: false; readonly position: number; readonly what: string };

interface Fault extends Record<string, unknown> {
  readonly position: string;
  readonly fault: "changed" | "missing" | "relinked";
}

const WORDS: Readonly<Record<Fault["fault"], string>> = {
  changed: "This row is not what was written.",
  missing: "Rows before this one are missing.",
  relinked: "This row does not follow from the one before it.",
};

/**
 * Looks through the whole chain, in the database and so beside the server's loop. It finds what somebody changed who does
 * not make all later hashes anew; against that, note the end of the chain elsewhere (every export holds it).
 */
export async function verifyChain(db: Database): Promise<ChainVerdict> {
  return db.transaction(
    async (tx) => {
      const { rows: faults } = await tx.execute<Fault>(sql`
        with linked as (
          select e.position, e.previous_hash, e.hash, audit_hash(e) as right_hash,
                 lag(e.position, 1, c.pruned_position) over w as position_before,
                 lag(e.hash, 1, c.pruned_hash) over w as hash_before
          from audit_event e cross join audit_chain c
          window w as (order by e.position)
        )
        select position, case when hash is distinct from right_hash then 'changed'
                              when position <> position_before + 1 then 'missing' else 'relinked' end as fault
        from linked
        where hash is distinct from right_hash or position <> position_before + 1 or previous_hash <> hash_before
        order by position limit 1`);
      if (faults[0]) return { whole: false, position: Number(faults[0].position), what: WORDS[faults[0].fault] };
      const { rows } = await tx.execute<{
        rows: string;
        position: string;
        hash: string;
        last: string;
        last_hash: string;
      }>(sql`
        select (select count(*) from audit_event) as rows, c.position, c.hash,
               coalesce(e.position, c.pruned_position) as last, coalesce(e.hash, c.pruned_hash) as last_hash
        from audit_chain c
        left join (select position, hash from audit_event order by position desc limit 1) e on true`);
      const [found] = rows;
      if (found.position !== found.last || found.hash !== found.last_hash)
        return { whole: false, position: Number(found.last) + 1, what: "Rows at the end are missing." };
      return { whole: true, rows: Number(found.rows), end: { position: Number(found.position), hash: found.hash } };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}
