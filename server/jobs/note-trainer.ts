import { sql } from "drizzle-orm";
import { trainer } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/**
 * Writes down that a trainer is there; pages are told when what it says has changed. It asks several times a second while
 * it works: the row is written when there is something new in it, or it is some seconds old.
 */
export async function noteTrainer(
  services: Services,
  said: { trainer: string; engine: string | null; words: string },
  tokenHash: string,
): Promise<void> {
  const { rows } = await services.db.execute<{ changed: boolean }>(sql`
    with before as (select engine, words, token_hash, last_seen_at from ${trainer} where name = ${said.trainer}),
    written as (
      insert into ${trainer} (name, engine, words, token_hash)
      values (${said.trainer}, ${said.engine}, ${said.words}, ${tokenHash})
      on conflict (name) do update
        set engine = excluded.engine, words = excluded.words, token_hash = excluded.token_hash, last_seen_at = now()
        where trainer.last_seen_at < now() - interval '10 seconds'
          or (trainer.engine, trainer.words, trainer.token_hash)
            is distinct from (excluded.engine, excluded.words, excluded.token_hash)
      returning 1)
    select not exists (
      select 1 from before
      where engine is not distinct from ${said.engine} and words = ${said.words} and token_hash = ${tokenHash}
        and last_seen_at > now() - interval '30 seconds') as changed
    from written`);
  if (rows[0]?.changed) services.events.publish({ topic: "engine" });
}
