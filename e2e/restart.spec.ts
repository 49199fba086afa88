import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { EditorPage } from "./pages/editor-page.ts";
import { change } from "./server/call-procedure.ts";
import { makeFirstAccount } from "./server/first-person.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/** `npm start` with faults put into the real server, Next in it: it says so, is there again, and nothing is lost. */
test.describe.configure({ mode: "serial", timeout: 180_000 });

const FAULTS = pathToFileURL(path.resolve("e2e/server/faults.mjs")).href;
let folder: string;
let product: RunningProduct;
const kindFile = () => path.join(folder, "kind");
const logFile = () => path.join(folder, "log");

interface Told {
  readonly pid: number;
  /** Listeners of `uncaughtException` as the fault came: Next's among them. */
  readonly listeners?: number;
}
const told = async (): Promise<Told[]> =>
  (await readFile(logFile(), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const lastPid = async (): Promise<number> => (await told()).at(-1)?.pid ?? 0;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const timesSaid = (words: string): number => product.output().split(words).length - 1;
const isUpAgain = (times: number) =>
  expect.poll(() => timesSaid("Karyoloop answers at"), { timeout: 60_000 }).toBe(times + 1);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-faults-"));
  product = await startProduct({
    supervised: true,
    port: await freePort(), // one for all starts: the page must find the server again
    environment: {
      // The runaway below ends sooner in a small heap.
      NODE_OPTIONS: `--import ${FAULTS} --max-old-space-size=300`,
      KARYOLOOP_FAULT_FILE: kindFile(),
      KARYOLOOP_FAULT_LOG: logFile(),
    },
  });
});
test.afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("what nobody caught, a runaway and kill -9 end in a new start, each a little later, and an open editor goes on", async ({
  page,
}) => {
  const { address } = product;
  expect((await fetch(`${address}/welcome`)).status).toBe(200);
  await makeFirstAccount(page, product);
  const { projectId } = await change<{ projectId: string }>(page, address, "project.create", { name: "Embryos" });
  const { volumeId } = await change<{ volumeId: string }>(page, address, "volume.createSample", { projectId });
  const editor = new EditorPage(page);
  await editor.open(`${address}/volumes/${volumeId}`);
  let strokes = 0;
  const paint = async (): Promise<void> => {
    const [right, down] = [-128 + strokes * 30, -60];
    strokes++;
    await editor.paintNucleus("xy", [
      [right, down],
      [right + 8, down],
    ]);
  };
  const before = await editor.nuclei();
  await paint();
  await editor.saved();

  const faults = [
    ["uncaught", "An error that nobody caught ends the server: Cannot read properties of null", "exit code 1"],
    ["rejection", "A rejection that nobody handled ends the server: injected rejection", "exit code 1"],
    ["memory", "heap out of memory", "SIGABRT: out of memory, as a rule"],
    ["kill", "", "SIGKILL"],
  ] as const;
  for (const [round, [kind, sentence, ending]] of faults.entries()) {
    const pid = await lastPid();
    await writeFile(kindFile(), kind);
    process.kill(pid, kind === "kill" ? "SIGKILL" : "SIGUSR2");
    await expect
      .poll(() => product.output())
      .toContain(`The server ended (${ending}). It is started again in ${2 ** round} s.`);
    expect(product.output()).toContain(sentence);
    await paint();
    await isUpAgain(round + 1);
    expect(isAlive(pid)).toBe(false);
    expect(await lastPid()).not.toBe(pid);
    await expect(editor.saveState).toHaveText("Saved", { timeout: 60_000 });
    await paint();
    await editor.saved();
  }
  // Next had its own listeners, which would have gone on as if nothing had been.
  expect((await told()).filter(({ listeners }) => listeners).map(({ listeners }) => listeners)).toEqual([2, 2, 2]);
  await expect.poll(() => editor.nuclei()).toBe(before + strokes);
  expect((await fetch(`${address}/welcome`)).status).toBe(200);
});

test("kill -9 of the process that watches leaves nothing behind", async () => {
  const pid = await lastPid();
  const postgres = Number(
    (await readFile(path.join(product.dataRoot, "postgres", "postmaster.pid"), "utf8")).split("\n")[0],
  );
  expect([pid, postgres].map(isAlive)).toEqual([true, true]);
  await product.kill();
  await expect.poll(() => [pid, postgres].map(isAlive), { timeout: 60_000 }).toEqual([false, false]);
});
