import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { casesOf } from "./corpus-case.ts";
import { judgeCase } from "./judge-case.ts";

const python = process.env.KARYOLOOP_PEER_PYTHON ?? "python3";
const canWrite = (() => {
  try {
    execFileSync(python, ["-c", "import numpy, tifffile, h5py"], { stdio: "ignore", timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
})();

/** The short form; all of it: `node --import tsx bench/import-corpus.ts`. */
const name = `the import corpus in its short form${canWrite ? "" : " (skipped: KARYOLOOP_PEER_PYTHON has no numpy, tifffile and h5py)"}`;

describe.skipIf(!canWrite)(name, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "kl-corpus-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has no file that is read wrong without a word, and none that ends the reader", { timeout: 120_000 }, async () => {
    const script = fileURLToPath(new URL("./make_corpus.py", import.meta.url));
    execFileSync(python, ["-W", "ignore", script, folder, "--fast"], { stdio: "ignore", timeout: 60_000 });
    const cases = await casesOf(folder);
    expect(cases.length).toBeGreaterThan(15);
    const wrong: string[] = [];
    for (const one of cases) {
      const { verdict, why } = await judgeCase(one).catch((error: unknown) => ({
        verdict: "crashed",
        why: String(error),
      }));
      if (verdict === "silentlyWrong" || verdict === "crashed") wrong.push(`${one.name}: ${verdict}: ${why}`);
    }
    expect(wrong).toEqual([]);
  });
});
