import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";
import { readOrCreateSecret } from "./installation-secret.ts";

let dataRoot: string;
beforeEach(async () => {
  dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-secret-"));
});
afterEach(() => rm(dataRoot, { recursive: true, force: true }));

const fileOf = (name: string) => path.join(dataRoot, "secrets", name);
const rightsOf = async (file: string) => (await stat(file)).mode & 0o777;

it("is made once, is the same ever after, and each name has its own", () => {
  const sessions = readOrCreateSecret(dataRoot, "sessions");
  expect(sessions).toMatch(/^[A-Za-z0-9_-]{64}$/);
  expect(readOrCreateSecret(dataRoot, "sessions")).toBe(sessions);
  expect(readOrCreateSecret(dataRoot, "database")).not.toBe(sessions);
});

it("is closed to others under the widest umask, and leaves nothing else behind", async () => {
  const before = process.umask(0);
  try {
    readOrCreateSecret(dataRoot, "sessions");
  } finally {
    process.umask(before);
  }
  expect(await rightsOf(path.join(dataRoot, "secrets"))).toBe(0o700);
  expect(await rightsOf(fileOf("sessions"))).toBe(0o600);
  expect(await readdir(path.join(dataRoot, "secrets"))).toEqual(["sessions"]);
});

it("closes what somebody opened", async () => {
  const secret = readOrCreateSecret(dataRoot, "sessions");
  await chmod(fileOf("sessions"), 0o644);
  await chmod(path.join(dataRoot, "secrets"), 0o755);
  expect(readOrCreateSecret(dataRoot, "sessions")).toBe(secret);
  expect(await rightsOf(path.join(dataRoot, "secrets"))).toBe(0o700);
  expect(await rightsOf(fileOf("sessions"))).toBe(0o600);
});

it("refuses a link, an emptied file and a name that climbs, each with a sentence", async () => {
  readOrCreateSecret(dataRoot, "sessions");
  await truncate(fileOf("sessions"), 0);
  expect(() => readOrCreateSecret(dataRoot, "sessions")).toThrow(/holds no secret: bring it back from a backup/);
  await writeFile(path.join(dataRoot, "elsewhere"), "x".repeat(64));
  await symlink(path.join(dataRoot, "elsewhere"), fileOf("database"));
  expect(() => readOrCreateSecret(dataRoot, "database")).toThrow(/it is a link/);
  expect(() => readOrCreateSecret(dataRoot, "../x")).toThrow(RangeError);
});

it("two processes that make it at once get the same", async () => {
  const program = `import { readOrCreateSecret } from ${JSON.stringify(new URL("./installation-secret.ts", import.meta.url).href)};
    process.stdout.write(readOrCreateSecret(process.argv[1], "sessions"));`;
  const made = await Promise.all(
    Array.from({ length: 4 }, () =>
      promisify(execFile)(process.execPath, [...typescriptArguments, "--input-type=module", "-e", program, dataRoot]),
    ),
  );
  const stored = (await readFile(fileOf("sessions"), "utf8")).trim();
  expect(made.map(({ stdout }) => stdout)).toEqual([stored, stored, stored, stored]);
});
