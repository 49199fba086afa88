import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditEvent, user } from "../../db/schema/index.ts";
import { changeInstallationSettings, readInstallationSettings } from "../settings/installation-settings.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { pruneAuditLog } from "./prune-audit-log.ts";
import { recordAudit } from "./record-audit.ts";
import { verifyChain } from "./verify-chain.ts";

let server: TestServer;
let ada: TestPerson;
/** The application's own role and connection, without the application. */
let direct: pg.Pool;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  const { options } = server.services.connection.pool;
  direct = new pg.Pool({ ...options, password: options.password, max: 2 });
});
afterAll(async () => {
  await direct?.end();
  await server.close();
});

const rename = (to: string) =>
  recordAudit(server.services.db, { act: "account.renamed", by: ada.id, details: { from: "Ada", to } });
/** As somebody with the rights of the database's owner would; the triggers are back in place afterwards. */
async function tamper(statement: string): Promise<void> {
  await direct.query("alter table audit_event disable trigger user");
  await direct.query(statement);
  await direct.query("alter table audit_event enable trigger user");
}
const positions = async () =>
  (await direct.query("select position from audit_event order by position")).rows.map((row) => Number(row.position));

describe("the audit log is append-only", () => {
  it.each([
    "update audit_event set actor_name = 'Eve'",
    "update audit_event set hash = null",
    "delete from audit_event",
    "truncate audit_event",
    "delete from audit_chain",
    "update audit_chain set position = 0",
    "insert into audit_chain values (true, 0, '', 0, '')",
    "truncate audit_chain",
    "set karyoloop.audit_prune = 'on'; delete from audit_event",
    "select audit_prune(now())",
    "insert into audit_event (act, details) values ('forged', '{}'); update audit_event set act = 'x' where act = 'forged'",
  ])("%s", async (statement) => {
    await rename("Ada L.");
    const before = (await direct.query("select * from audit_event order by id")).rows;
    await expect(direct.query(statement)).rejects.toThrow(/append-only|written by its triggers|at least 30 days/);
    expect((await direct.query("select * from audit_event order by id")).rows).toEqual(before);
  });
});

describe("the chain", () => {
  it("is what an independent reader of the documented form computes", async () => {
    await rename('quotes " and \\ back, µm, 細胞');
    const rows = await server.services.db.select().from(auditEvent).orderBy(auditEvent.position);
    let previous = "0".repeat(64);
    for (const row of rows) {
      const { rows: text } = await direct.query("select details::text as details from audit_event where id = $1", [
        row.id,
      ]);
      const parts = [row.position, row.at.toISOString(), row.act, row.actorId, row.actorName, row.actorEmail];
      const more = [row.clientAddress, row.requestId];
      const quote = (value: unknown) => JSON.stringify(value);
      const canonical = `[${[...parts, row.projectId, row.projectName].map(quote).join(", ")}, ${text[0].details}, ${more.map(quote).join(", ")}]`;
      expect(row.previousHash).toBe(previous);
      expect(row.hash).toBe(
        createHash("sha256")
          .update(previous + canonical)
          .digest("hex"),
      );
      previous = row.hash ?? "";
    }
    expect(await verifyChain(server.services.db)).toEqual({
      whole: true,
      rows: rows.length,
      end: { position: rows.at(-1)?.position, hash: previous },
    });
  });

  it("keeps its order and misses nothing where many acts end at once, some of them undone", async () => {
    const { db } = server.services;
    const before = (await positions()).at(-1) ?? 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        db.transaction(async (tx) => {
          // In both orders: an act that locked the chain before its end would wait in a circle with one that does not.
          const lock = () => tx.execute(sql`select 1 from ${user} where id = ${ada.id} for update`);
          if (i % 2 === 0) await lock();
          await recordAudit(tx, { act: "account.renamed", by: ada.id, details: { from: "Ada", to: `number ${i}` } });
          if (i % 2 === 1) await lock();
          if (i % 4 === 0) throw new Error("undone");
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(10);
    expect(await positions()).toEqual(Array.from({ length: before + 30 }, (_, i) => i + 1));
    expect((await verifyChain(db)).whole).toBe(true);
  });

  it("holds back nobody before the end of a transaction", async () => {
    const { db } = server.services;
    await db.transaction(async (tx) => {
      await recordAudit(tx, { act: "account.renamed", by: ada.id, details: { from: "Ada", to: "slow" } });
      await rename("quick"); // in another transaction, while this one is open
    });
    expect((await verifyChain(db)).whole).toBe(true);
  });

  describe("shows what was done to it by somebody who may do anything", () => {
    let at: number;
    beforeEach(async () => {
      for (const to of ["one", "two", "three"]) await rename(to);
      at = ((await positions()).at(-1) ?? 0) - 1;
      expect((await verifyChain(server.services.db)).whole).toBe(true);
    });

    it.each([
      [
        "a changed fact",
        (n: number) => `update audit_event set details = '{"from":"Ada","to":"2"}' where position = ${n}`,
        0,
      ],
      ["a changed time", (n: number) => `update audit_event set at = at + interval '1 ms' where position = ${n}`, 0],
      ["a changed actor", (n: number) => `update audit_event set actor_id = null where position = ${n}`, 0],
      [
        "a new hash for a changed row",
        (n: number) =>
          `update audit_event set act = 'x' where position = ${n}; update audit_event e set hash = audit_hash(e) where position = ${n}`,
        1,
      ],
      ["a removed row", (n: number) => `delete from audit_event where position = ${n}`, 1],
      ["a removed end", (n: number) => `delete from audit_event where position > ${n}`, 1],
    ])("%s", async (_name, statement, offset) => {
      const kept = (await direct.query("select * from audit_event where position >= $1", [at])).rows;
      await tamper(statement(at));
      expect(await verifyChain(server.services.db)).toMatchObject({ whole: false, position: at + offset });
      // Put back, so that the next one starts from a whole chain.
      await direct.query("alter table audit_event disable trigger user");
      await direct.query("delete from audit_event where position >= $1", [at]);
      for (const row of kept)
        await direct.query(
          `insert into audit_event overriding system value select * from json_populate_record(null::audit_event, $1)`,
          [JSON.stringify(row)],
        );
      await direct.query("alter table audit_event enable trigger user");
      expect((await verifyChain(server.services.db)).whole).toBe(true);
    });
  });
});

describe("old rows", () => {
  it("go after the days that the installation keeps them, and the chain goes on from where they ended", async () => {
    const { db } = server.services;
    const prune = async () => pruneAuditLog(db, (await readInstallationSettings(db)).auditDays);
    expect(await prune()).toBe(0);
    const all = await positions();
    const old = all[Math.floor(all.length / 2)];
    // Rows that are 200 days old, hashed as such.
    await tamper(`do $$ declare r audit_event; before text := repeat('0', 64); begin
      for r in select * from audit_event order by position loop
        if r.position <= ${old} then r.at := r.at - interval '200 days'; end if;
        r.previous_hash := before; r.hash := audit_hash(r); before := r.hash;
        update audit_event set at = r.at, previous_hash = r.previous_hash, hash = r.hash where id = r.id;
      end loop;
      set karyoloop.audit_prune = 'on';
      update audit_chain set hash = before;
      reset karyoloop.audit_prune;
    end $$`);
    expect((await verifyChain(db)).whole).toBe(true);
    expect(await prune()).toBe(0);
    await changeInstallationSettings(db, { auditDays: 100 });
    expect(await prune()).toBe(old);
    const left = await positions();
    expect(left[0]).toBe(old + 1);
    expect(await verifyChain(db)).toMatchObject({ whole: true, rows: left.length });
    const [last] = (await direct.query("select act, details from audit_event order by position desc limit 1")).rows;
    expect(last).toMatchObject({ act: "audit.pruned", details: { rows: old } });
    // Somebody who takes the oldest away by hand is not taken for the pruning.
    await tamper(`delete from audit_event where position = ${old + 1}`);
    expect(await verifyChain(db)).toMatchObject({ whole: false, position: old + 2 });
  });
});
