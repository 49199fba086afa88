import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FetchStore } from "@zarrita/storage";
import { get, open, root } from "zarrita";
import type { LabelObject } from "../core/labels/object-boxes.ts";
import { EditorPage } from "../e2e/pages/editor-page.ts";
import { emailOf, PASSWORD } from "../e2e/server/first-person.ts";
import { deepestVoxel, wholeNuclei } from "./by-hand/real-nuclei.ts";
import { launchBrowser } from "./page/bench-browser.ts";
import { type BenchProduct, openProduct } from "./page/bench-product.ts";
import { numberAfter, report } from "./page/report.ts";
import { Hand } from "./scripted-annotator/hand.ts";
import { slicesOf } from "./scripted-annotator/plan-strokes.ts";
import { FIRST_RADIUS_UM, tools } from "./scripted-annotator/tools.ts";
import { type RealVolume, readKind, SETS } from "./simulator/real-kinds.ts";

/*
 * How many acts, strokes and seconds of the machine a nucleus of a real volume takes, from nothing, tool by tool, in the real
 * editor, by real keys and pointer events of somebody who knows the truth; and an easy proposal to judge. Nobody thinks or
 * hesitates here: seconds are the machine's and the browser driver's, from the first act until "Saved".
 *   KARYOLOOP_DATA_SETS=… node --import tsx bench/scripted-annotator.ts [--volume SET] [--nuclei 8] [--seed 1] [--tool NAME …] [--json FILE]
 */
const CLI = fileURLToPath(new URL("../server/cli/karyoloop.mjs", import.meta.url));
const NUCLEI = numberAfter("--nuclei", 8);
const SEED = numberAfter("--seed", 1);
/** A nucleus of the embryo is then about 150 pixels wide in its pane. */
const ZOOM = 9;
const GOOD = 0.8;
const JUDGED = "judged";

const namesAfter = (flag: string): string[] =>
  process.argv.flatMap((argument, i) => (process.argv[i - 1] === flag ? [argument] : []));
const [file = "mouse-embryo/Emb02_t401"] = namesAfter("--volume");
const wanted = namesAfter("--tool");
const all = [...Object.keys(tools), JUDGED];
const unknown = wanted.find((name) => !all.includes(name));
if (unknown) throw new Error(`There is no ${unknown}; there are ${all.join(", ")}.`);
const names = wanted.length > 0 ? wanted : all;

interface Drawn {
  readonly label: number;
  readonly iou: number;
  readonly acts: number;
  readonly strokes: number;
  readonly voxels: number;
  readonly seconds: number;
  /** The tool did not come to its end; what was painted by then is measured all the same. */
  readonly isBrokenOff: boolean;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The same ones for every tool, none at the edge of the volume. */
function chosenNuclei(volume: RealVolume): LabelObject[] {
  const inner = wholeNuclei(volume).filter(({ box }) =>
    box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < volume.shapeZyx[axis]),
  );
  const order = (label: number): number => Math.imul(label + SEED * 7919, 2654435761) >>> 0;
  return inner.sort((a, b) => order(a.label) - order(b.label)).slice(0, NUCLEI);
}

function importFile(bench: BenchProduct, volume: RealVolume, args: readonly string[]): Promise<void> {
  const size = volume.voxelSizeZyx.join(",");
  const base = [
    "import",
    "--server",
    bench.product.address,
    "--email",
    emailOf("Ada Lovelace"),
    "--project",
    "Benchmark",
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...base, "--specimen", "one", "--voxel-size", size, ...args], {
      env: { ...process.env, KARYOLOOP_PASSWORD: PASSWORD },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`the import ended with ${code}`))));
  });
}

async function importedAs(bench: BenchProduct, name: string): Promise<string> {
  const found = (await bench.api.volume.list.query({ projectId: bench.projectId })).find((one) =>
    [name, `${name}_image`].includes(one.name),
  );
  if (!found) throw new Error(`${name} was not imported`);
  return found.id;
}

/** As any program reads them. */
async function readLabels(bench: BenchProduct, volumeId: string, token: string): Promise<ArrayLike<number>> {
  const store = new FetchStore(`${bench.product.address}/api/v1/volumes/${volumeId}/labels.ome.zarr`, {
    fetch: (request) => {
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(new Request(request, { headers }));
    },
  });
  return (await get(await open.v3(root(store).resolve("0"), { kind: "array" }))).data as ArrayLike<number>;
}

/** Of the nucleus that was painted since `before`, with the true one. */
function compare(volume: RealVolume, truth: LabelObject, before: ArrayLike<number>, after: ArrayLike<number>) {
  let [both, voxels] = [0, 0];
  for (let i = 0; i < after.length; i++) {
    if (after[i] === before[i]) continue;
    voxels++;
    if (after[i] !== 0 && volume.labels?.[i] === truth.label) both++;
  }
  return { voxels, iou: both / (voxels + truth.voxels - both) };
}

async function drawAll(bench: BenchProduct, volume: RealVolume, name: string, volumeId: string, token: string) {
  const context = bench.page;
  // What the page remembers of another tool's settings would change this one's acts.
  await context.evaluate(() => localStorage.clear());
  const hand = new Hand(context, volume, `${bench.product.address}/volumes/${volumeId}`, ZOOM);
  const brush = { radiusUm: FIRST_RADIUS_UM, isBall: false };
  const voxelUm3 = volume.voxelSizeZyx.reduce((product, um) => product * um);
  const drawn: Drawn[] = [];
  let before = await readLabels(bench, volumeId, token);
  for (const nucleus of chosenNuclei(volume)) {
    const [z, y, x] = deepestVoxel(volume, nucleus);
    await hand.lookAt([z, y, x]);
    const start = performance.now();
    const ballUm = Math.cbrt((nucleus.voxels * voxelUm3 * 3) / (4 * Math.PI));
    const slices = slicesOf(volume, nucleus);
    let isBrokenOff = false;
    try {
      await tools[name](hand, { volume, slices, ballUm, deepestZ: z, deepestYx: [y + 0.5, x + 0.5], brush });
    } catch (error) {
      isBrokenOff = true;
      console.error(`${name}, nucleus ${nucleus.label}: ${String(error).split("\n")[0]}`);
      await context.screenshot({ path: path.join(os.tmpdir(), `annotator-${name}-${nucleus.label}.png`) });
      await context.keyboard.press("Escape");
    }
    await hand.isSaved();
    const seconds = (performance.now() - start) / 1000;
    const after = await readLabels(bench, volumeId, token);
    const { acts, strokes } = hand;
    drawn.push({
      label: nucleus.label,
      acts,
      strokes,
      seconds,
      isBrokenOff,
      ...compare(volume, nucleus, before, after),
    });
    before = after;
  }
  return drawn;
}

/** Seconds from a question shown to the next one shown. */
async function judgeAll({ page, product }: BenchProduct, volumeId: string): Promise<number[]> {
  await page.goto(`${product.address}/volumes/${volumeId}`);
  const editor = new EditorPage(page);
  await editor.isReady();
  await page.keyboard.press("q");
  const card = editor.queueCard();
  await card.waitFor();
  const seconds: number[] = [];
  for (let i = 0; i < NUCLEI; i++) {
    const question = await card.innerText();
    const start = performance.now();
    await page.keyboard.press("a");
    await page.waitForFunction(
      (before) => {
        const shown = document.querySelector<HTMLElement>('[role="group"][aria-label="Question"]')?.innerText;
        return shown !== undefined && shown !== before;
      },
      question,
      { polling: "raf" },
    );
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

function inWords(drawn: readonly Drawn[]): string {
  const of = (what: Exclude<keyof Drawn, "label" | "isBrokenOff">) => median(drawn.map((one) => one[what]));
  const brokenOff = drawn.filter((one) => one.isBrokenOff).length;
  const good = drawn.filter(({ iou }) => iou >= GOOD).length;
  return (
    `median IoU **${of("iou").toFixed(2)}**, ${good} of ${drawn.length} at ${GOOD} or more; ${of("acts")} acts, ` +
    `${of("strokes")} strokes, ${of("voxels")} voxels, ${of("seconds").toFixed(1)} s` +
    (brokenOff > 0 ? `; ${brokenOff} broken off` : "")
  );
}

const volume = await readKind({
  name: file,
  file,
  voxelSizeZyx: file.startsWith("organoid/") ? [5, 0.6, 0.6] : undefined,
});
const browser = await launchBrowser();
const folder = await mkdtemp(path.join(os.tmpdir(), "kl-annotator-"));
const measured: Record<string, unknown> = {};
const rows: { what: string; must: string; command: string; figure: string }[] = [];
try {
  const bench = await openProduct(browser);
  try {
    const { token } = await bench.api.account.createToken.mutate({ name: "bench", scope: "read", projectIds: null });
    for (const name of names) {
      const command = `node --import tsx bench/scripted-annotator.ts --volume ${file} --nuclei ${NUCLEI} --seed ${SEED} --tool ${name}`;
      await copyFile(path.join(SETS, `${file}_image.tif`), path.join(folder, `${name}_image.tif`));
      if (name === JUDGED) {
        await copyFile(path.join(SETS, `${file}_labels.tif`), path.join(folder, `${name}_labels.tif`));
        const files = ["image", "labels"].map((kind) => path.join(folder, `${name}_${kind}.tif`));
        await importFile(bench, volume, ["--labels", "proposals", ...files]);
        const seconds = await judgeAll(bench, await importedAs(bench, name));
        measured[name] = seconds;
        const figure = `median **${median(seconds).toFixed(2)} s**, slowest ${Math.max(...seconds).toFixed(2)} s of ${seconds.length}`;
        rows.push({ what: `${file}, an easy proposal judged`, must: "≤ 2 s", command, figure });
      } else {
        await importFile(bench, volume, [path.join(folder, `${name}_image.tif`)]);
        const drawn = await drawAll(bench, volume, name, await importedAs(bench, name), token);
        measured[name] = drawn;
        rows.push({ what: `${file}, ${name}`, must: "IoU ≥ 0.8, ≤ 12 acts, ≤ 10 s", command, figure: inWords(drawn) });
      }
      console.error(rows.at(-1)?.what, rows.at(-1)?.figure);
    }
  } finally {
    await bench.product.stop();
  }
} finally {
  await rm(folder, { recursive: true });
  await browser.close();
}
report({ file, nuclei: NUCLEI, seed: SEED, ...measured }, rows);
