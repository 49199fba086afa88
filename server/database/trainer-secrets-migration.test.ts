import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/embedded-postgres.ts";

const MIGRATIONS = path.resolve("db/migrations");
const TOKEN = "kL3_the-token-that-left-with-every-model-00";

let root: string;
let database: EmbeddedPostgres;
let pool: pg.Pool;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  database = await startEmbeddedPostgres(root);
  pool = new pg.Pool(database.config);
  pool.on("error", () => {});
});
afterAll(async () => {
  await pool.end();
  await database.stop();
  await rm(root, { recursive: true, force: true });
});

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

/** The migrations before the one that takes the leaked secrets out, in a folder of their own. */
async function migrationsBefore(): Promise<string> {
  const folder = path.join(root, "migrations");
  await cp(MIGRATIONS, folder, { recursive: true });
  const journalFile = path.join(folder, "meta", "_journal.json");
  const journal = JSON.parse(await readFile(journalFile, "utf8")) as Journal;
  const texts = await Promise.all(journal.entries.map(({ tag }) => readFile(path.join(folder, `${tag}.sql`), "utf8")));
  const at = texts.findIndex((text) => text.includes('UPDATE "trainer_token" SET "revoked_at"'));
  expect(at).toBeGreaterThan(0);
  await writeFile(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }));
  expect((await readdir(folder)).length).toBeGreaterThan(at);
  return folder;
}

/** As `run-trainer.ts` handed it in: the trainer's environment between what was meant. */
const LEAKED = {
  engine: "wasm",
  engineReason: "no native-cpu library in /home/ada/.cache/karyoloop",
  minutes: 6,
  server: "http://10.0.0.7:3000",
  token: TOKEN,
  name: "this computer",
  leaseSeconds: 240,
  baseChannels: 8,
  checkpointSeconds: 20,
  niceness: 10,
  network: { levels: [], heads: ["foreground", "distance"] },
  thresholds: { foreground: 0.5 },
  seed: 7,
  steps: 640,
  validationAp50: null,
};

it("takes what leaked out of the stored rows, and every trainer's token back", async () => {
  await migrate(drizzle(pool), { migrationsFolder: await migrationsBefore() });
  const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
  await pool.query(`insert into "user" (id, name, email) values ('ada', 'Ada', 'ada@example.org')`);
  await pool.query(`insert into project (id, name, created_by) values ($1, 'p', 'ada')`, [id(1)]);
  await pool.query(
    `insert into training_job (id, project_id, kind, payload, engine) values ($1, $2, 'train', '{}', 'native-cpu')`,
    [id(2), id(1)],
  );
  const rows: [string, string | null, unknown][] = [
    [id(3), id(2), LEAKED],
    [id(4), null, { ...LEAKED, engine: "native" }],
    [id(5), null, ["no object", TOKEN]],
    [id(6), null, {}],
  ];
  for (const [checkpointId, jobId, configuration] of rows)
    await pool.query(
      `insert into checkpoint (id, project_id, job_id, blob_prefix, configuration, nuclei_labelled, active_minutes)
       values ($1, $2, $3, 'x/', $4, 1, 1)`,
      [checkpointId, id(1), jobId, JSON.stringify(configuration)],
    );
  await pool.query(
    `insert into trainer_token (token_hash, name, revoked_at) values ('a', 'gpu', null), ('b', 'old gpu', '2026-01-01')`,
  );

  await migrate(drizzle(pool), { migrationsFolder: MIGRATIONS });

  const stored = await pool.query<{ configuration: object }>(`select configuration from checkpoint order by id`);
  const named = {
    minutes: 6,
    baseChannels: 8,
    checkpointSeconds: 20,
    network: LEAKED.network,
    thresholds: LEAKED.thresholds,
    seed: 7,
    steps: 640,
    validationAp50: null,
  };
  expect(stored.rows.map(({ configuration }) => configuration)).toEqual([
    { ...named, engine: "native-cpu" },
    named,
    {},
    {},
  ]);
  const tokens = await pool.query<{ token_hash: string; revoked: string }>(
    `select token_hash, to_char(revoked_at, 'YYYY') as revoked from trainer_token order by token_hash`,
  );
  expect(tokens.rows).toEqual([
    { token_hash: "a", revoked: String(new Date().getFullYear()) },
    { token_hash: "b", revoked: "2026" },
  ]);
});
