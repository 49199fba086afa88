import { sql } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { nucleusAuthor } from "../../../db/schema/index.ts";
import type { JournalRow } from "./room-store.ts";

/** Somebody who drew, changed or judged a label. */
export interface NucleusAuthor {
  readonly userId: string;
  readonly label: number;
}

/** Pairs that need not be written again; a stroke names a handful, an import thousands. */
const REMEMBERED = 200_000;

const keyOf = ({ userId, label }: NucleusAuthor): string => `${label} ${userId}`;

/** Whose work each nucleus of a volume is. Pairs that are known to be durable cost nothing. */
export class AuthorRows {
  readonly #volumeId: string;
  readonly #durable = new Set<string>();

  constructor(volumeId: string) {
    this.#volumeId = volumeId;
  }

  /** Call `remember` with the same once the transaction is through. */
  async write(tx: Transaction, authors: readonly NucleusAuthor[]): Promise<void> {
    const news = new Map<string, NucleusAuthor>();
    for (const author of authors)
      if (author.label > 0 && author.userId !== "" && !this.#durable.has(keyOf(author)))
        news.set(keyOf(author), author);
    if (news.size === 0) return;
    await tx.execute(sql`
      insert into ${nucleusAuthor} (volume_id, user_id, label)
      select ${this.#volumeId}::uuid, "userId", label
      from jsonb_to_recordset(${JSON.stringify([...news.values()])}::jsonb) as given("userId" text, label bigint)
      on conflict do nothing`);
  }

  /** Who takes back, or does again, what is folded: the room does not know any more which labels that named. */
  async writeTakenBack(tx: Transaction, rows: readonly JournalRow[]): Promise<void> {
    const given = rows
      .filter(({ targetSession, labels }) => targetSession !== undefined && labels.length === 0)
      .map(({ userId, targetSession, targetSeq }) => ({ userId, targetSession, targetSeq }));
    if (given.length === 0) return;
    await tx.execute(sql`
      insert into ${nucleusAuthor} (volume_id, user_id, label)
      select distinct j.volume_id, given."userId", label
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        as given("userId" text, "targetSession" bigint, "targetSeq" bigint)
      join label_journal j on j.volume_id = ${this.#volumeId}::uuid
        and j.session = given."targetSession" and j.seq = given."targetSeq"
      cross join unnest(j.labels) as label
      where label > 0 and given."userId" <> ''
      on conflict do nothing`);
  }

  remember(authors: readonly NucleusAuthor[]): void {
    if (this.#durable.size > REMEMBERED) this.#durable.clear();
    for (const author of authors) this.#durable.add(keyOf(author));
  }
}
