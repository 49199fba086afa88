import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runAudit } from "./audit.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two rows, hashed by hand as the decision record says. */
function twoRows(): string[] {
  let previousHash = "0".repeat(64);
  return [1, 2].map((position) => {
    const at = `2026-03-01T10:00:0${position}.000Z`;
    const canonical = `[${position}, "${at}", "account.renamed", "u", "Ada", "ada@example.org", null, null, {"to": "B", "from": "A"}, null, null]`;
    const hash = createHash("sha256")
      .update(previousHash + canonical)
      .digest("hex");
    const who = { actorId: "u", actorName: "Ada", actorEmail: "ada@example.org", projectId: null, projectName: null };
    const rest = { clientAddress: null, requestId: null, previousHash, hash, details: { from: "A", to: "B" } };
    previousHash = hash;
    return JSON.stringify({ position, at, act: "account.renamed", ...who, ...rest });
  });
}

async function verify(lines: readonly string[]): Promise<{ code: number; said: string }> {
  const file = path.join(folder, "log.jsonl");
  await writeFile(file, lines.join("\n"));
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    const code = await runAudit(["verify", file]);
    return { code, said: log.mock.calls.join("\n") };
  } finally {
    log.mockRestore();
  }
}

it("says what is wrong and where the chain ends, and exits with 1 where something is", async () => {
  const [one, two] = twoRows();
  const { code, said } = await verify([one, two]);
  expect(code).toBe(0);
  expect(said).toBe(`right: 2 rows, 1 to 2\nend of the chain: 2 ${JSON.parse(two).hash}`);
  expect(await verify([one.replace("Ada", "Eve"), two])).toMatchObject({
    code: 1,
    said: expect.stringContaining("line 1: row 1 is not"),
  });
  const third = two.replace('"position":2', '"position":3');
  expect(await verify([one, third])).toMatchObject({ code: 1, said: expect.stringContaining("left out in 1 places") });
  expect(await verify(["not json"])).toMatchObject({ code: 1 });
  expect(await verify([])).toMatchObject({ code: 1, said: "the file holds no rows" });
});

it("explains itself", async () => {
  await expect(runAudit([])).rejects.toThrow("Say `verify` and one file.");
  await expect(runAudit(["verify", path.join(folder, "nowhere")])).rejects.toThrow("There is no such file.");
});
