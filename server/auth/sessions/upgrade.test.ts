import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { eq } from "drizzle-orm";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { expect, it } from "vitest";
import { connectDatabase, migrateDatabase } from "../../../db/client.ts";
import { installation, session, user } from "../../../db/schema/index.ts";
import { startEmbeddedPostgres } from "../../database/embedded/embedded-postgres.ts";

it("an installation of version 0.1 loses its secret and its sessions once, and nothing else", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-up-"));
  const postgres = await startEmbeddedPostgres(folder);
  const { db, pool, close } = connectDatabase(postgres.config, () => {});
  try {
    const first = path.join(folder, "migrations");
    await cp(fileURLToPath(new URL("../../../db/migrations", import.meta.url)), first, { recursive: true });
    const journal = JSON.parse(await readFile(path.join(first, "meta/_journal.json"), "utf8"));
    await writeFile(
      path.join(first, "meta/_journal.json"),
      JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }),
    );
    await migrate(db, { migrationsFolder: first });
    await pool.query(`insert into "user" (id, name, email) values ('ada', 'Ada', 'ada@example.org')`);
    await pool.query(
      `insert into session (id, expires_at, token, user_id) values ('s', now() + interval '1 day', 'raw token', 'ada')`,
    );
    await pool.query(`insert into installation values ('session-secret', 'a secret'), ('settings', '{}')`);

    await migrateDatabase(db);
    expect(await db.select().from(session)).toEqual([]);
    expect(await db.select().from(installation)).toEqual([{ key: "settings", value: "{}" }]);
    expect(await db.select().from(user).where(eq(user.id, "ada"))).toMatchObject([
      { name: "Ada", twoFactorEnabled: false, switchedOffAt: null },
    ]);
  } finally {
    await close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
