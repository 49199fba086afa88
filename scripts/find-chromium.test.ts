import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findChromium } from "./find-chromium.ts";

let folder: string;
const program = async (name: string, script: string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
};
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-chromium-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const boundMs = 2_000;

it("takes the first that starts, past those that are absent, broken, or hang", async () => {
  const absent = path.join(folder, "absent");
  // Ubuntu's /usr/bin/chromium-browser without snap says where to get one, and fails.
  const broken = await program("broken", "echo 'install the snap'; exit 1");
  const hanging = await program("hanging", "trap '' TERM; exec sleep 600");
  const good = await program("good", '[ "$1" = --version ]');
  const later = await program("later", "exit 0");
  expect(findChromium({ named: undefined, places: [absent, broken, hanging, good, later], boundMs: 500 })).toBe(good);
  expect(findChromium({ named: undefined, places: [absent, broken], boundMs })).toBeNull();
});

it("takes the one that is named or none, never another behind a person's back", async () => {
  const good = await program("usual", "exit 0");
  const named = await program("named", "exit 0");
  expect(findChromium({ named, places: [good], boundMs })).toBe(named);
  expect(findChromium({ named: path.join(folder, "mistyped"), places: [good], boundMs })).toBeNull();
});
