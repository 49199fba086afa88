import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { lease } from "../../db/schema/index.ts";
import { failureLog } from "../log/failure-log.ts";

/** By the database's clock. What a killed server held is taken over after this at the latest. */
export const LEASE_SPAN_MS = 6_000;
const RENEW_EVERY_MS = LEASE_SPAN_MS / 3;
/** An owner that lives has renewed by then, but for the time that this takes. */
const MISSED_AFTER_MS = RENEW_EVERY_MS + 500;
/** Who holds what elsewhere is remembered for so long; a wrong answer is put right by the server that is asked. */
const REMEMBERED_MS = 2_000;
const MAX_REMEMBERED = 10_000;

export interface LeaseOwner {
  readonly id: string;
  readonly address: string;
  readonly secretMark: string;
}

export type Holder =
  | { readonly isMine: true }
  | { readonly isMine: false; readonly ownerId: string; readonly address: string };

/** States of a claim: made -> `take` in a transaction -> `confirm` after its commit: held -> released | lost. */
export interface Claim {
  /** Throws HeldElsewhere. Once the transaction has ended, `confirm` or `release` follows. */
  take(tx: Transaction): Promise<void>;
  /** In the same transaction: the number that guards the holder's writes, for people who look. */
  writeFence(tx: Transaction, fence: number): Promise<void>;
  confirm(): void;
  release(): Promise<void>;
}

/** Another server holds it, or nobody does just now: whoever asked looks again. */
export class HeldElsewhere extends Error {
  constructor(name: string) {
    super(`${name} is held by another server`);
  }
}

interface Held {
  /** By this process's clock, which runs on while the process stands still; never later than the database's expiry. */
  validUntilMs: number;
  readonly onLost: () => void;
}

interface Watched {
  readonly name: string;
  readonly ownerId: string;
  readonly onPassed: () => void;
}

const span = sql`make_interval(secs => ${LEASE_SPAN_MS / 1000})`;
const missed = sql`${lease.expiresAt} < clock_timestamp() + make_interval(secs => ${(LEASE_SPAN_MS - MISSED_AFTER_MS) / 1000})`;

/** What this server holds, renewed in one statement; and who holds what it does not. */
export class Leases {
  readonly #db: Database;
  readonly #me: LeaseOwner;
  readonly #held = new Map<string, Held>();
  /** Between the transaction that takes it and the confirmation. */
  readonly #claimed = new Map<string, Claim>();
  readonly #remembered = new Map<string, { readonly holder: Holder | null; readonly untilMs: number }>();
  /** Owners whose address refused a connection: nobody listens there any more. */
  readonly #gone = new Set<string>();
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> | null = null;

  constructor(db: Database, me: LeaseOwner) {
    this.#db = db;
    this.#me = me;
    this.#timer = setInterval(() => {
      this.renew().catch((error) => failureLog.failed("the renewal of leases", error));
      this.#lookAtWatched().catch((error) => failureLog.failed("a look at others' leases", error));
    }, RENEW_EVERY_MS);
    this.#timer.unref();
  }

  claim(name: string, onLost: () => void): Claim {
    let sentMs = 0;
    let held: Held | null = null;
    // Of this claim alone: a room that closes may be opened again before its lease has been given back.
    let ownFence = 0;
    const leave = (): void => {
      if (this.#claimed.get(name) === claim) this.#claimed.delete(name);
      if (held && this.#held.get(name) === held) this.#held.delete(name);
    };
    const claim: Claim = {
      take: async (tx) => {
        this.#claimed.set(name, claim);
        sentMs = performance.now();
        const gone = [...this.#gone].map((id) => sql`${id}::uuid`);
        const { rows } = await tx.execute(sql`
          insert into ${lease} (name, owner_id, address, secret_mark, expires_at)
          values (${name}, ${this.#me.id}, ${this.#me.address}, ${this.#me.secretMark}, clock_timestamp() + ${span})
          on conflict (name) do update set
            owner_id = excluded.owner_id, address = excluded.address, secret_mark = excluded.secret_mark,
            fence = 0, expires_at = excluded.expires_at
          where ${lease.expiresAt} < clock_timestamp() or ${lease.ownerId} = excluded.owner_id
            or (${gone.length > 0 ? sql`${lease.ownerId} in (${sql.join(gone, sql`, `)})` : sql`false`} and ${missed})
          returning name`);
        if (rows.length === 0) throw new HeldElsewhere(name);
      },
      writeFence: async (tx, fence) => {
        ownFence = fence;
        await tx.execute(sql`update ${lease} set fence = ${fence} where name = ${name}`);
      },
      confirm: () => {
        leave();
        this.#remembered.delete(name);
        held = { validUntilMs: sentMs + LEASE_SPAN_MS, onLost };
        this.#held.set(name, held);
      },
      release: async () => {
        leave();
        await this.#db.execute(
          sql`delete from ${lease} where name = ${name} and owner_id = ${this.#me.id} and fence = ${ownFence}`,
        );
      },
    };
    return claim;
  }

  /** Certain for this moment: no other server holds it. After a pause of this process, asks the database first. */
  async isHeld(name: string): Promise<boolean> {
    const held = this.#held.get(name);
    if (!held) return false;
    if (performance.now() < held.validUntilMs) return true;
    await this.renew();
    return this.#held.has(name);
  }

  /** Null where nobody holds it. */
  async holder(name: string): Promise<Holder | null> {
    if (await this.isHeld(name)) return { isMine: true };
    const known = this.#remembered.get(name);
    if (known && performance.now() < known.untilMs) return known.holder;
    const { rows } = await this.#db.execute<{ owner_id: string; address: string; is_missed: boolean }>(sql`
      select owner_id, address, ${missed} as is_missed from ${lease}
      where name = ${name} and expires_at >= clock_timestamp()`);
    const [row] = rows;
    if (!row || row.owner_id === this.#me.id || (row.is_missed && this.#gone.has(row.owner_id))) return null;
    const holder = { isMine: false, ownerId: row.owner_id, address: row.address } as const;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, { holder, untilMs: performance.now() + REMEMBERED_MS });
    return holder;
  }

  /** What was remembered of it proved wrong. */
  forget(name: string): void {
    this.#remembered.delete(name);
  }

  /**
   * The owner's address refused a connection. What it holds may be taken as soon as it has missed a renewal; it may live all the
   * same, behind a wall: then it does not miss any, and the fence holds in every case.
   */
  noteGone(ownerId: string): void {
    if (this.#gone.size >= 100) this.#gone.clear();
    this.#gone.add(ownerId);
  }

  /** Until the returned function is called: tells when another server's lease has run out or passed to somebody else. */
  watch(name: string, ownerId: string, onPassed: () => void): () => void {
    const watched = { name, ownerId, onPassed };
    this.#watched.add(watched);
    return () => void this.#watched.delete(watched);
  }

  /** In the transaction of a write that only the holder may make. A new holder waits for its commit, or it fails here. */
  async assertHeld(tx: Transaction, name: string): Promise<void> {
    const { rows } = await tx.execute(
      sql`select 1 from ${lease} where name = ${name} and owner_id = ${this.#me.id} for share`,
    );
    if (rows.length === 0) throw new HeldElsewhere(name);
  }

  /** One at a time, whoever asks. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renewAll().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => {});
    this.#held.clear();
    await this.#db.execute(sql`delete from ${lease} where owner_id = ${this.#me.id}`);
  }

  async #lookAtWatched(): Promise<void> {
    const asked = [...this.#watched];
    if (asked.length === 0) return;
    const names = sql.join(
      [...new Set(asked.map(({ name }) => name))].map((name) => sql`${name}`),
      sql`, `,
    );
    const { rows } = await this.#db.execute<{ name: string; owner_id: string }>(sql`
      select name, owner_id from ${lease} where name in (${names}) and expires_at >= clock_timestamp()`);
    const ownerOf = new Map(rows.map((row) => [row.name, row.owner_id]));
    for (const watched of asked)
      if (ownerOf.get(watched.name) !== watched.ownerId && this.#watched.delete(watched)) {
        this.#remembered.delete(watched.name);
        watched.onPassed();
      }
  }

  async #renewAll(): Promise<void> {
    const asked = [...this.#held];
    const sentMs = performance.now();
    const { rows } = await this.#db.execute<{ name: string }>(sql`
      update ${lease} set expires_at = clock_timestamp() + ${span} where owner_id = ${this.#me.id} returning name`);
    const renewed = new Set(rows.map(({ name }) => name));
    for (const [name, held] of asked) {
      if (this.#held.get(name) !== held) continue;
      if (renewed.has(name)) held.validUntilMs = sentMs + LEASE_SPAN_MS;
      else {
        this.#held.delete(name);
        held.onLost();
      }
    }
    // A transaction whose end was never heard of: nobody here knows of it, so nobody is to wait for it.
    const stray = [...renewed].filter((name) => !this.#held.has(name) && !this.#claimed.has(name));
    for (const name of stray)
      await this.#db.execute(sql`delete from ${lease} where name = ${name} and owner_id = ${this.#me.id}`);
  }
}
