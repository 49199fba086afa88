import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { chmod, constants, copyFile, cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readEnvironment } from "../../env.ts";
import { startServer } from "../../start-server.ts";
import { typescriptArguments } from "../../supervisor/typescript-arguments.mjs";
import { signIn } from "../../testing/test-server.ts";
import { makeTrustingInstallation, OLD_ACCOUNT, OLD_BLOB } from "../testing/trusting-installation.ts";
import { copyBinaries, usableBinaries } from "./binaries.ts";
import { closeClusterPlace, clusterPlace } from "./cluster.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { databaseIdentity, runAs } from "./identity.ts";

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  root = path.join(folder, "data");
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

const start = () =>
  startServer(
    readEnvironment({ KARYOLOOP_DATA: root, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
    async () => null,
  );
const rightsOf = async (...below: string[]) => (await stat(path.join(root, ...below))).mode & 0o777;
const refusalOf = (config: pg.ClientConfig): Promise<string> => {
  const client = new pg.Client(config);
  return client.connect().then(
    () => client.end().then(() => "let in"),
    (error) => error.message,
  );
};

/** Everything of before is there, and is ours; nobody comes in without the password. */
async function expectUpgraded(): Promise<void> {
  const server = await start();
  try {
    const { services } = server;
    expect(await signIn(server.address, OLD_ACCOUNT.email, OLD_ACCOUNT.password)).toContain("session");
    expect(await services.blobs.get(OLD_BLOB.key)).toEqual(OLD_BLOB.bytes);
    const query = async (text: string) => (await services.connection.pool.query(text)).rows;
    expect(await query("select rolname, rolsuper from pg_roles where rolname = current_user")).toEqual([
      { rolname: "karyoloop", rolsuper: false },
    ]);
    expect(await query("select name from names")).toEqual([{ name: "Ada" }]);
    expect(
      await query(`select count(*)::int as foreign_owned from pg_class where relowner <> 'karyoloop'::regrole
        and relnamespace in (select oid from pg_namespace where nspname in ('public', 'drizzle'))`),
    ).toEqual([{ foreign_owned: 0 }]);
    await query("drop type mood; drop sequence counting; drop view names; create type mood as enum ('calm')");
    await query('create sequence counting; create view names as select name from "user"');
    await expect(query("copy (select 1) to program 'cat'")).rejects.toThrow(/permission denied/);
    await expect(query("select pg_read_file('/etc/passwd')")).rejects.toThrow(/permission denied/);
    const door = { host: path.join(root, "socket"), port: 5432, database: "postgres" };
    expect(await refusalOf({ ...door, user: "app" })).toContain("no pg_hba.conf entry");
    expect(await refusalOf({ ...door, user: "app", database: "template1" })).toContain("no pg_hba.conf entry");
    expect(await refusalOf({ ...door, user: "karyoloop", password: "guess" })).toContain("authentication failed");
  } finally {
    await server.close();
  }
}

it("an installation that trusted everybody upgrades at its first start, and nothing is lost", async () => {
  await makeTrustingInstallation(root);
  expect(await rightsOf()).toBe(0o755);
  await expectUpgraded();
  await expectUpgraded();
  expect((await rightsOf()) & 0o067).toBe(0);
  expect(await rightsOf("socket")).toBe(0o700);
  expect(await rightsOf("blobs")).toBe(0o700);
  await vi.waitFor(async () => expect(await rightsOf("blobs", OLD_BLOB.key)).toBe(0o600), 10_000);
});

it("killed again and again on the way, the upgrade still ends well", { timeout: 120_000 }, async () => {
  await makeTrustingInstallation(root);
  const script = fileURLToPath(new URL("../testing/start-embedded.ts", import.meta.url));
  let finished = 0;
  for (let delayMs = 0; finished < 1; delayMs += 80) {
    const started = spawn(process.execPath, [...typescriptArguments, script, root], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [started.stdout, started.stderr]) stream.on("data", (text) => (said += text));
    const ended = new Promise((resolve) => started.once("exit", resolve));
    // Counted from when the password exists: before that the time is Node's.
    await Promise.race([ended, untilThere(path.join(root, "secrets", "database"))]);
    await Promise.race([ended, sleep(delayMs)]);
    expect(started.exitCode, said).toBeNull();
    started.kill("SIGKILL");
    await ended;
    if (said.includes("ready")) finished++;
  }
  await expectUpgraded();
});

async function untilThere(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(5);
}

it("a lost password is made anew, and one step that was cut short is done again", async () => {
  const first = await startEmbeddedPostgres(root);
  await first.stop();
  await rm(path.join(root, "secrets"), { recursive: true });
  const second = await startEmbeddedPostgres(root);
  expect(second.config.password).not.toBe(first.config.password);
  await second.stop();
  for (const [file, text] of [
    ["karyoloop-access", ""],
    ["pg_hba.conf", "local all all trust\n"],
  ]) {
    const cut = path.join(root, "postgres", file);
    await writeFile(cut, text);
    const again = await startEmbeddedPostgres(root);
    expect(readFileSync(cut, "utf8")).not.toBe(text);
    expect(await refusalOf({ ...again.config, password: "guess" })).toContain("authentication failed");
    await again.stop();
  }
});

const isRoot = process.getuid?.() === 0;
it.skipIf(!isRoot)("another user of the machine reaches nothing, not even one named nobody", async () => {
  const { address, services, close } = await start();
  try {
    expect(address).toContain("127.0.0.1");
    await services.blobs.put("volumes/v/x", Uint8Array.of(1));
    const files = ["postgres/PG_VERSION", "secrets/database", "blobs/volumes/v/x", "socket/.s.PGSQL.5432"];
    const tries = files.map((file) => `cat ${path.join(root, file)} && echo REACHED`).join("; ");
    const probe = `ls ${root} && echo REACHED; ${tries}`;
    // This Node may lie where only its owner comes.
    const node = path.join(folder, "node");
    await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
    await chmod(node, 0o755);
    for (const uid of [65534, 4242]) {
      const tried = spawnSync("/bin/sh", ["-c", probe], {
        uid,
        gid: uid,
        cwd: "/",
        encoding: "utf8",
      });
      expect(tried.stdout, `uid ${uid}`).not.toContain("REACHED");
      const connect = `import net from "node:net"; net.connect(${JSON.stringify(path.join(root, "socket", ".s.PGSQL.5432"))})
        .on("connect", () => { console.log("REACHED"); process.exit(); }).on("error", (e) => console.log(e.code));`;
      const connected = spawnSync(node, ["--input-type=module", "-e", connect], {
        uid,
        gid: uid,
        cwd: "/",
        encoding: "utf8",
      });
      expect(connected.stdout.trim()).toBe("EACCES");
    }
  } finally {
    await close();
  }
});

it.skipIf(!isRoot)(
  "the copy of the binaries, where the package lies below root's home, runs as the database's user only",
  async () => {
    mkdirSync(root);
    const identity = databaseIdentity(root);
    closeClusterPlace(clusterPlace(root), identity);
    const packaged = path.dirname(path.dirname(usableBinaries(root, identity)("postgres")));
    const copied = path.join(copyBinaries(packaged, root, identity), "bin", "postgres");
    expect(runAs(identity, copied, "--version").stdout).toContain("PostgreSQL");
    expect(runAs(identity, "/bin/sh", "-c", 'echo x >> "$1"', "sh", copied).status).not.toBe(0);
    expect(runAs({ uid: 65534, gid: 65534, prefix: [] }, copied, "--version").status).not.toBe(0);
  },
);

it("a folder that holds other things keeps its rights; ours within it are closed", async () => {
  await cp(fileURLToPath(import.meta.url), path.join(root, "somebody-elses.txt"));
  await chmod(root, 0o777);
  const server = await start();
  try {
    expect(await rightsOf()).toBe(0o777);
    for (const ours of ["postgres", "secrets", "socket"]) expect(await rightsOf(ours)).toBe(0o700);
    expect(await rightsOf("socket", ".s.PGSQL.5432")).toBe(0o600);
  } finally {
    await server.close();
  }
});
