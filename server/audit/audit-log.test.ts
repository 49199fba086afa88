import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEvent, user } from "../../db/schema/index.ts";
import { phone } from "../auth/testing/phone.ts";
import { runPython } from "../ingest/testing/python.ts";
import { signIn, startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { csvCell } from "./audit-export.ts";
import { streamAuditLog } from "./read-audit-log.ts";
import { recordAudit } from "./record-audit.ts";
import { verifyAuditFile } from "./verify-file.ts";

let server: TestServer;
let admin: TestPerson;
let owner: TestPerson;
let other: TestPerson;
let mine: string;
let theirs: string;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-audit-"));
  admin = await server.signUp("Admin");
  owner = await server.signUp("Owner");
  other = await server.signUp("Other");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, admin.id));
  mine = await server.createProject("Mine", [[owner, "owner"]]);
  theirs = await server.createProject("Theirs", [[other, "owner"]]);
  await client(owner).project.update.mutate({ projectId: mine, fields: { name: "=cmd|' /C calc'!A1" } });
  await client(other).project.update.mutate({ projectId: theirs, fields: { name: "Secret screen" } });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.close();
});

const client = (person: TestPerson) => createTestClient(server.address, person.cookie);
const last = async (act: string) =>
  (await server.services.db.select().from(auditEvent).where(eq(auditEvent.act, act)).orderBy(sql`position desc`))[0];
const get = (where: string, person: TestPerson) =>
  fetch(`${server.address}${where}`, { headers: { cookie: person.cookie } });
const wrongPassword = (email: string) =>
  fetch(`${server.address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.address },
    body: JSON.stringify({ email, password: "not the password" }),
  });

describe("coming and going", () => {
  it("says who signed in and out, how, and from which address", async () => {
    const cookie = await signIn(server.address, owner.email);
    expect(await last("session.signed-in")).toMatchObject({
      actorId: owner.id,
      actorName: "Owner",
      actorEmail: owner.email,
      projectId: null,
      details: { method: "password" },
      clientAddress: expect.stringContaining("127.0.0.1"),
      requestId: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const before = (await last("session.signed-out"))?.position;
    const headers = { cookie, origin: server.address };
    expect((await fetch(`${server.address}/api/auth/sign-out`, { method: "POST", headers })).status).toBe(200);
    expect(await last("session.signed-out")).toMatchObject({ actorId: owner.id });
    const left = (await last("session.signed-out")).position;
    expect(left).not.toBe(before);
    // A second one with the dead cookie ends nothing.
    await fetch(`${server.address}/api/auth/sign-out`, { method: "POST", headers });
    expect((await last("session.signed-out")).position).toBe(left);
  });

  it("says which account somebody tried, and counts on without a row for each try", async () => {
    for (let i = 0; i < 14; i++) await wrongPassword("Nobody@Example.org");
    const rows = await server.services.db.select().from(auditEvent).where(eq(auditEvent.act, "session.sign-in-failed"));
    expect(rows.map(({ details, actorId }) => ({ details, actorId }))).toEqual([
      { details: { account: "nobody@example.org", reason: "refused", attempts: 1 }, actorId: null },
    ]);
    expect(rows[0].clientAddress).toContain("127.0.0.1");
  });

  it("lets nobody in whose sign-in cannot be written down", async () => {
    const { db } = server.services;
    await db.execute(
      sql`create function no_room() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$`,
    );
    await db.execute(sql`create trigger no_room before insert on audit_event for each row execute function no_room()`);
    try {
      await expect(signIn(server.address, owner.email)).rejects.toThrow("500");
    } finally {
      await db.execute(sql`drop function no_room cascade`);
    }
    await signIn(server.address, owner.email);
  });

  it("says when a second factor comes, is renewed and goes, and lets it do none of it unwritten", async () => {
    const { db } = server.services;
    const person = await server.signUp("Careful");
    const { account } = client(person);
    const acts = async () => {
      const ofPerson = eq(auditEvent.actorId, person.id);
      const rows = await db.select().from(auditEvent).where(ofPerson).orderBy(auditEvent.position);
      return rows.map(({ act }) => act).filter((act) => act.startsWith("second-factor."));
    };
    const code = phone((await account.beginApp.mutate()).url)();
    const { recoveryCodes } = await account.confirmApp.mutate({ code });
    const renewed = await account.renewRecoveryCodes.mutate({ code: recoveryCodes[0] });
    const unwritten = sql`create trigger no_room before insert on audit_event for each row
      when (new.act = 'second-factor.switched-off') execute function no_room()`;
    await db.execute(
      sql`create function no_room() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$`,
    );
    try {
      await db.execute(unwritten);
      await expect(account.removeApp.mutate({ code: renewed.recoveryCodes[0] })).rejects.toThrow();
    } finally {
      await db.execute(sql`drop function no_room cascade`);
    }
    expect((await db.select().from(user).where(eq(user.id, person.id)))[0].twoFactorEnabled).toBe(true);
    await account.removeApp.mutate({ code: renewed.recoveryCodes[1] });
    expect(await acts()).toEqual([
      "second-factor.switched-on",
      "second-factor.recovery-codes-made",
      "second-factor.recovery-code-used",
      "second-factor.recovery-codes-made",
      "second-factor.recovery-code-used",
      "second-factor.recovery-code-used",
      "second-factor.switched-off",
    ]);
    const text = JSON.stringify(await db.select().from(auditEvent).where(eq(auditEvent.actorId, person.id)));
    for (const secret of [...recoveryCodes, ...renewed.recoveryCodes]) expect(text).not.toContain(secret);
  });

  it("keeps the name of an account that is deleted", async () => {
    const gone = await server.signUp("Gone");
    await signIn(server.address, gone.email);
    await server.services.db.delete(user).where(eq(user.id, gone.id));
    expect(await last("session.signed-in")).toMatchObject({
      actorId: gone.id,
      actorName: "Gone",
      actorEmail: gone.email,
    });
  });
});

describe("who reads it", () => {
  it("administrators read everything, and nobody else", async () => {
    const { rows } = await client(admin).audit.ofInstallation.query({});
    expect(new Set(rows.map(({ projectId }) => projectId))).toEqual(new Set([null, mine, theirs]));
    await expect(client(owner).audit.ofInstallation.query({})).rejects.toThrow("Only an administrator");
    expect((await get("/api/installation/audit-log?format=csv", owner)).status).toBe(403);
  });

  it("owners read what happened in their project: no sign-in, no address, nothing of another project", async () => {
    await signIn(server.address, other.email);
    const { rows } = await client(owner).audit.ofProject.query({ projectId: mine });
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ projectId }) => projectId))).toEqual(new Set([mine]));
    const file = await (await get(`/api/projects/${mine}/audit-log?format=jsonl`, owner)).text();
    for (const text of [JSON.stringify(rows), file]) {
      expect(text).toContain("project.changed");
      expect(text).not.toMatch(/session\.|clientAddress|requestId|127\.0\.0\.1|hash/i);
      expect(text).not.toContain(theirs);
      expect(text).not.toContain(other.email);
    }
    await expect(client(owner).audit.ofProject.query({ projectId: theirs })).rejects.toThrow("not a member");
    await expect(client(admin).audit.ofProject.query({ projectId: mine })).rejects.toThrow("not a member");
    expect((await get(`/api/projects/${theirs}/audit-log?format=csv`, owner)).status).toBe(404);
    // Filters of the other route do not open it.
    const asked = await get(`/api/projects/${mine}/audit-log?format=jsonl&projectId=${theirs}`, owner);
    expect(await asked.text()).not.toContain(theirs);
  });
});

describe("looking something up", () => {
  it("goes by who, by act, by project and by time, and page by page without losing or repeating a row", async () => {
    const { db } = server.services;
    for (let i = 0; i < 120; i++)
      await recordAudit(db, { act: "account.renamed", by: other.id, details: { from: "100%_\\", to: `name ${i}` } });
    const positions: number[] = [];
    let cursor: number | null = null;
    do {
      const page: { rows: { position: number }[]; next: number | null } = await client(
        admin,
      ).audit.ofInstallation.query({
        filter: { acts: ["account.renamed"], who: "OTHER@example" },
        cursor,
      });
      positions.push(...page.rows.map(({ position }) => position));
      cursor = page.next;
      // What is written meanwhile comes before what is being read.
      if (positions.length < 100)
        await recordAudit(db, { act: "account.renamed", by: other.id, details: { from: "a", to: "b" } });
    } while (cursor);
    expect(positions).toHaveLength(120);
    expect(new Set(positions).size).toBe(120);
    expect(positions).toEqual([...positions].sort((a, b) => b - a));

    const search = async (filter: object, ofProjectId?: string) =>
      (await client(admin).audit.ofInstallation.query({ filter, ofProjectId })).rows;
    expect(new Set((await search({}, theirs)).map(({ projectId }) => projectId))).toEqual(new Set([theirs]));
    expect((await search({ who: "nobody@" }))[0]).toMatchObject({ act: "session.sign-in-failed" });
    expect(await search({ who: "%" })).toEqual([]);
    const [newest] = await search({ acts: ["account.renamed"] });
    expect(await search({ acts: ["account.renamed"], from: new Date(newest.at.getTime() + 1) })).toEqual([]);
    expect((await search({ until: newest.at })).every(({ at }) => at < newest.at)).toBe(true);
    expect(await client(admin).audit.projects.query()).toEqual([
      { id: mine, name: "=cmd|' /C calc'!A1" },
      { id: theirs, name: "Secret screen" },
    ]);
  });

  it("is read for a file some hundred rows at a time, up to what was there at the start", async () => {
    const { db } = server.services;
    await db.execute(
      sql`insert into audit_event (act, details) select 'account.renamed', '{"from":"a","to":"b"}' from generate_series(1, 1200)`,
    );
    const total = await db.$count(auditEvent);
    const sizes: number[] = [];
    for await (const rows of streamAuditLog(db, {}, undefined)) {
      sizes.push(rows.length);
      await recordAudit(db, { act: "account.renamed", by: null, details: { from: "late", to: "later" } });
    }
    expect(Math.max(...sizes)).toBe(500);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(total);
  });
});

describe("as a file", () => {
  const readWith = async (format: "csv" | "jsonl", script: string): Promise<{ text: string; said: unknown }> => {
    const response = await get(`/api/installation/audit-log?format=${format}`, admin);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="karyoloop-audit-[\d-]+\.(csv|jsonl)"$/,
    );
    const text = await response.text();
    const file = path.join(folder, `log.${format}`);
    await writeFile(file, text);
    return { text, said: JSON.parse(runPython(script, file)) };
  };

  it("is CSV as Python reads it, without a cell that a spreadsheet computes", async () => {
    const name = '-2+3", "\r\nquote';
    await recordAudit(server.services.db, {
      act: "account.renamed",
      by: owner.id,
      details: { from: name, to: "@SUM(A1)" },
    });
    const { said } = await readWith(
      "csv",
      `import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
risky = [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\\t\\r" and cell]
named = [row for row in rows if row["projectName"].startswith("'=cmd")]
json.dump({"rows": len(rows), "widths": sorted({len(row) for row in rows}), "risky": risky, "named": len(named), "details": json.loads(rows[-2]["details"])}, sys.stdout)`,
    );
    const exported = (await last("audit.exported")).position ?? 0;
    expect(said).toEqual({
      rows: exported,
      widths: [13],
      risky: [],
      named: expect.any(Number),
      details: { from: '-2+3", "  quote', to: "@SUM(A1)" },
    });
  });

  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    ["＝1", "'＝1"],
    ['a"b', '"a""b"'],
    ["=a,b", `"'=a,b"`],
    ["plain", "plain"],
    [null, ""],
    [-7, "-7"],
  ])("cell %j", (value, cell) => expect(csvCell(value)).toBe(cell));

  it("is JSON Lines whose chain Python computes from the words of the guide, and ours too; a change shows", async () => {
    const { text, said } = await readWith(
      "jsonl",
      `import hashlib, json, sys
def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key.encode()))}
    return [ordered(one) for one in value] if isinstance(value, list) else value
previous, rows = "0" * 64, 0
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    fields = ["position", "at", "act", "actorId", "actorName", "actorEmail", "projectId", "projectName", "details", "clientAddress", "requestId"]
    text = json.dumps([ordered(row[name]) for name in fields], ensure_ascii=False)
    assert row["previousHash"] == previous, row
    previous = hashlib.sha256((previous + text).encode()).hexdigest()
    assert row["hash"] == previous, (row, text)
    rows += 1
json.dump(rows, sys.stdout)`,
    );
    expect(said).toBe((await last("audit.exported")).position);
    const lines = text.trimEnd().split("\n");
    const check = (some: readonly string[]) => verifyAuditFile(Readable.from(some));
    expect(await check(lines)).toMatchObject({ rows: lines.length, gaps: 0, faults: [] });
    const at = Math.floor(lines.length / 2);
    const changed = lines.with(at, lines[at].replace(/"act":"[^"]+"/, '"act":"forged"'));
    expect((await check(changed)).faults).toEqual([`line ${at + 1}: row ${at + 1} is not what was written`]);
    expect(await check(lines.toSpliced(at, 1))).toMatchObject({ gaps: 1, faults: [] });
    expect((await check(lines.with(at, lines[at + 1]).with(at + 1, lines[at]))).faults).toHaveLength(1);
    expect((await check(lines.with(at, "{}"))).faults[0]).toBe(`line ${at + 1}: no row of an exported audit log`);
    expect(text).not.toContain(TEST_PASSWORD);
  });

  it("is refused in words where the question is not understood", async () => {
    for (const query of ["", "format=xls", "format=csv&act=none", "format=csv&from=never"]) {
      const response = await get(`/api/installation/audit-log?${query}`, admin);
      expect(response.status, query).toBe(400);
      expect(await response.text()).toContain("Not understood");
    }
  });
});
