import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measureSource } from "../core/perception/intensity-window.ts";
import { voxelCount, type Zyx } from "../core/volume/voxel-space.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";
import { proposeNuclei } from "../server/trainer/blocks/propose-nuclei.ts";
import { openJobVolume } from "../server/trainer/bricks/open-job-volume.ts";
import { createChunkCache } from "../server/trainer/bricks/zarr-image.ts";
import { planNetwork } from "../server/trainer/network/network-config.ts";
import type { Predictor } from "../server/trainer/network/predictor.ts";
import { createEndlessVolume } from "../server/trainer/testing/endless-volume.ts";
import { numberAfter, report } from "./page/report.ts";

/*
 * Memory and time of a prediction by blocks beside that of the whole volume, each in a process of its own; a voxel's brightness
 * stands for the network, whose time is left out:
 *   node --import tsx bench/predict-by-blocks.ts [--side 400] [--block-voxels 20000000] [--only-blocks] [--json FILE]
 */
const COMMAND = "node --import tsx bench/predict-by-blocks.ts";
const side = numberAfter("--side", 400);
const blockVoxels = numberAfter("--block-voxels", 20_000_000);
/** Flat, as volumes are: the axes differ. */
const shapeZyx: Zyx = [Math.round(side / 2), side, side * 2];
const inner = process.argv.indexOf("--measure");

interface Figures {
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly nuclei: number;
  readonly candidates: number;
  readonly unsettledBlocks: number;
  readonly readMb: number;
}

const brightness = {
  config: planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 }),
  async predictTile(image: Float32Array) {
    const values = new Float32Array(2 * image.length);
    image.forEach((value, i) => {
      values[2 * i] = value;
      values[2 * i + 1] = value ** 2;
    });
    return values;
  },
} as unknown as Predictor;

async function measure(maxBlockVoxels: number): Promise<Figures> {
  const endless = createEndlessVolume({ shapeZyx, voxelSizeZyx: [0.5, 0.25, 0.25] });
  const began = performance.now();
  const opened = await openJobVolume((key) => endless.readBlob(key), endless.volume, createChunkCache(256 << 20));
  const proposed = await proposeNuclei(
    {
      seer: brightness,
      window: await measureSource(opened),
      sight: {
        sideUm: null,
        diameterUm: null,
        thresholds: {
          foreground: 0.6,
          seed: 0.3,
          minSeparationUm: 1.5,
          minVolumeUm3: 5,
          maxVolumeUm3: 700,
          wall: 0,
        },
      },
      outlineUm: 0,
      classifier: null,
      moves: [],
      maxTileVoxels: 1_600_000,
      maxBlockVoxels,
    },
    {
      shapeZyx,
      voxelSizeZyx: opened.voxelSizeZyx,
      readImage: (box) => opened.readImage(box),
      readLabelled: (box) => opened.readLabels(box),
      isTruth: () => false,
    },
    { onProgress() {}, signal: new AbortController().signal },
  );
  const nuclei = proposed.instances.filter(({ kind }) => kind === "nucleus").length;
  return {
    seconds: Math.round((performance.now() - began) / 100) / 10,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    nuclei,
    candidates: proposed.instances.length - nuclei,
    unsettledBlocks: proposed.unsettledBlocks,
    readMb: Math.round(endless.served.image / 2 ** 20),
  };
}

function measureApart(maxBlockVoxels: number): Figures {
  const self = fileURLToPath(import.meta.url);
  const args = ["--max-old-space-size=4096", ...typescriptArguments, self];
  const given = ["--side", String(side), "--measure", String(maxBlockVoxels)];
  return JSON.parse(execFileSync(process.execPath, [...args, ...given], { encoding: "utf8" }));
}

if (inner > 0) console.log(JSON.stringify(await measure(Number(process.argv[inner + 1]))));
else {
  const blocks = measureApart(blockVoxels);
  const whole = process.argv.includes("--only-blocks") ? null : measureApart(voxelCount(shapeZyx));
  const said = ({ seconds, peakRssMb, nuclei }: Figures) =>
    `${seconds} s, ${peakRssMb} MB at its peak, ${nuclei} nuclei`;
  report({ shapeZyx, blockVoxels, blocks, whole }, [
    {
      what: `${shapeZyx.join(" × ")} voxels predicted by blocks of ${blockVoxels}, the network left out`,
      must: "as many nuclei; memory by the block",
      command: `${COMMAND} --side ${side} --block-voxels ${blockVoxels}`,
      figure: `${said(blocks)}${whole ? `; whole: ${said(whole)}` : ""}`,
    },
  ]);
  process.exitCode = whole && whole.nuclei !== blocks.nuclei ? 1 : 0;
}
