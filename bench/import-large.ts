import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BRICK_SIZE } from "../core/volume/brick.ts";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { measureImport } from "../server/ingest/testing/measure-import.ts";
import { numberAfter, report } from "./page/report.ts";

/*
 * The import of a uint16 stack of 10⁹ voxels beside tifffile and zarr-python, which write the same chunks and the same pyramid
 * ($KARYOLOOP_PEER_PYTHON, default python3):
 *   node --import tsx bench/import-large.ts [--side 1000] [--json FILE]
 */
const COMMAND = "node --import tsx bench/import-large.ts";
const MUST = { cpuRatio: 1.3, peakMb: 700 };

interface PeerFigures {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

interface Level {
  readonly shapeZyx: Zyx;
  readonly factorZyx: Zyx;
}

/** Shapes and factors of a pyramid that we wrote. */
async function levelsOf(pyramid: string): Promise<Level[]> {
  const json = async (name: string) => JSON.parse(await readFile(path.join(pyramid, name), "utf8"));
  const [{ datasets }] = (await json("zarr.json")).attributes.ome.multiscales;
  const scaleOf = (dataset: { coordinateTransformations: { scale?: Zyx }[] }): Zyx =>
    dataset.coordinateTransformations.find(({ scale }) => scale)?.scale ?? [1, 1, 1];
  const first = scaleOf(datasets[0]);
  return Promise.all(
    datasets.map(async (dataset: { path: string; coordinateTransformations: { scale?: Zyx }[] }) => ({
      shapeZyx: (await json(`${dataset.path}/zarr.json`)).shape,
      factorZyx: scaleOf(dataset).map((size, axis) => Math.round(size / first[axis])),
    })),
  );
}

function runPeer(input: object): Promise<PeerFigures> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL("./peer_import.py", import.meta.url));
    const child = spawn(process.env.KARYOLOOP_PEER_PYTHON ?? "python3", [script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`the peer ended with ${code}`)),
    );
    child.stdin.end(JSON.stringify(input));
  });
}

const side = numberAfter("--side", 1000);
const shapeZyx: Zyx = [side, side, side];
let levels: Level[] = [];
let peer: PeerFigures | null = null;
const ours = await measureImport(shapeZyx, async (tiff, pyramid) => {
  levels = await levelsOf(pyramid);
  const out = path.join(path.dirname(tiff), "peer");
  peer = await runPeer({ tiff, out, chunk: BRICK_SIZE, levels });
  await rm(out, { recursive: true });
});
const { cpuSeconds, seconds, peakBytes } = peer as unknown as PeerFigures;
const mb = (bytes: number): number => Math.round(bytes / 1e6);
const cpuRatio = ours.cpuSeconds / cpuSeconds;
const { progress: _, ...figures } = ours;
report({ shapeZyx, levels: levels.length, ours: figures, peer, cpuRatio }, [
  {
    what: `import of ${side}³ uint16 in ${levels.length} levels beside tifffile and zarr-python`,
    must: `processor time ≤ ${MUST.cpuRatio} ×, memory ≤ ${MUST.peakMb} MB`,
    command: COMMAND,
    figure:
      `${ours.cpuSeconds.toFixed(0)} s of processor time (${cpuRatio.toFixed(2)} ×), ${ours.seconds.toFixed(0)} s, ` +
      `${mb(ours.peakBytes)} MB; peer ${cpuSeconds.toFixed(0)} s, ${seconds.toFixed(0)} s, ${mb(peakBytes)} MB; ` +
      `the server's own loop waited ${Math.round(ours.longestStallMs)} ms at most`,
  },
]);
process.exitCode = cpuRatio <= MUST.cpuRatio && mb(ours.peakBytes) <= MUST.peakMb ? 0 : 1;
