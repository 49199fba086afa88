import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { measureSource } from "../core/perception/intensity-window.ts";
import { type VoxelBox, voxelCount, type Zyx } from "../core/volume/voxel-space.ts";
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
 * stands for the network, and balls that are made when they are read for the volume. The time of both is measured apart:
 *   node --import tsx bench/predict-by-blocks.ts [--side 400] [--block-voxels 20000000] [--only-blocks] [--empty] [--json FILE]
 * `--empty`: nuclei and noise in the middle of the volume, an eighth of it; nothing but 0 elsewhere.
 */
const COMMAND = "node --import tsx bench/predict-by-blocks.ts";
const side = numberAfter("--side", 400);
const blockVoxels = numberAfter("--block-voxels", 20_000_000);
const isEmpty = process.argv.includes("--empty");
/** Flat, as volumes are: the axes differ. */
const shapeZyx: Zyx = [Math.round(side / 2), side, side * 2];
const voxels = voxelCount(shapeZyx);
const inner = process.argv.indexOf("--measure");

interface Figures {
  readonly seconds: number;
  /** Of all of it, and of what stands for the network and for the disk. */
  readonly cpuSeconds: number;
  readonly networkCpuSeconds: number;
  readonly readingCpuSeconds: number;
  /** Processor time for each voxel of the volume, all passes together; what stands for the disk is left out. */
  readonly usPerVoxel: number;
  readonly usPerVoxelWithoutNetwork: number;
  /** Voxels that the network was shown, for each voxel of the volume. */
  readonly shownPerVoxel: number;
  readonly peakRssMb: number;
  readonly nuclei: number;
  readonly candidates: number;
  readonly unsettledBlocks: number;
  readonly readMb: number;
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Runs what returns at once, and adds up its processor time. */
function createStopwatch() {
  const spent = { seconds: 0 };
  const timed = <T>(work: () => T): T => {
    const began = cpuSeconds();
    const result = work();
    spent.seconds += cpuSeconds() - began;
    return result;
  };
  return { spent, timed };
}

const filled: VoxelBox = {
  minZyx: [shapeZyx[0] >> 2, shapeZyx[1] >> 2, shapeZyx[2] >> 2],
  maxZyx: [(3 * shapeZyx[0]) >> 2, (3 * shapeZyx[1]) >> 2, (3 * shapeZyx[2]) >> 2],
};

async function measure(maxBlockVoxels: number): Promise<Figures> {
  const endless = createEndlessVolume({
    shapeZyx,
    voxelSizeZyx: [0.5, 0.25, 0.25],
    ...(isEmpty && { filled }),
  });
  const [network, disk] = [createStopwatch(), createStopwatch()];
  let shown = 0;
  const brightness = {
    config: planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 }),
    predictTile: (image: Float32Array) =>
      network.timed(async () => {
        shown += image.length;
        const values = new Float32Array(2 * image.length);
        for (let i = 0; i < image.length; i++) {
          values[2 * i] = image[i];
          values[2 * i + 1] = image[i] * image[i];
        }
        return values;
      }),
  } as unknown as Predictor;
  const began = performance.now();
  const cpuBefore = cpuSeconds();
  const readBlob = (key: string) => disk.timed(() => endless.readBlob(key));
  const opened = await openJobVolume(readBlob, endless.volume, createChunkCache(256 << 20));
  let last = 0;
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
    {
      onProgress(_, found, blocks) {
        if (found > last) process.stderr.write(`${found} of ${blocks} blocks, ${Math.round(cpuSeconds())} s\n`);
        last = found;
      },
      signal: new AbortController().signal,
    },
  );
  const nuclei = proposed.instances.filter(({ kind }) => kind === "nucleus").length;
  const spent = cpuSeconds() - cpuBefore;
  const own = spent - disk.spent.seconds;
  return {
    seconds: rounded((performance.now() - began) / 1000, 1),
    cpuSeconds: rounded(spent, 1),
    networkCpuSeconds: rounded(network.spent.seconds, 1),
    readingCpuSeconds: rounded(disk.spent.seconds, 1),
    usPerVoxel: rounded((1e6 * own) / voxels, 2),
    usPerVoxelWithoutNetwork: rounded((1e6 * (own - network.spent.seconds)) / voxels, 2),
    shownPerVoxel: rounded(shown / voxels, 1),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    nuclei,
    candidates: proposed.instances.length - nuclei,
    unsettledBlocks: proposed.unsettledBlocks,
    readMb: Math.round(endless.served.image / 2 ** 20),
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function measureApart(maxBlockVoxels: number): Figures {
  const self = fileURLToPath(import.meta.url);
  const args = ["--max-old-space-size=4096", ...typescriptArguments, self];
  const given = ["--side", String(side), "--measure", String(maxBlockVoxels), ...(isEmpty ? ["--empty"] : [])];
  const output = execFileSync(process.execPath, [...args, ...given], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

if (inner > 0) console.log(JSON.stringify(await measure(Number(process.argv[inner + 1]))));
else {
  const blocks = measureApart(blockVoxels);
  const whole = process.argv.includes("--only-blocks") ? null : measureApart(voxels);
  const timesTheWhole = whole && rounded(blocks.usPerVoxelWithoutNetwork / whole.usPerVoxelWithoutNetwork, 2);
  const said = (of: Figures) =>
    `${of.usPerVoxelWithoutNetwork} µs a voxel (${of.usPerVoxel} with what stands for the network, shown ${of.shownPerVoxel} voxels for each), ${of.seconds} s, ${of.peakRssMb} MB at its peak, ${of.nuclei} nuclei`;
  report({ shapeZyx, blockVoxels, isEmpty, blocks, whole, timesTheWhole }, [
    {
      what: `${shapeZyx.join(" × ")} voxels${isEmpty ? ", seven eighths empty," : ""} predicted by blocks of ${blockVoxels}, the network left out`,
      must: "as many nuclei; memory by the block",
      command: `${COMMAND} --side ${side} --block-voxels ${blockVoxels}${isEmpty ? " --empty" : ""}`,
      figure: `${said(blocks)}${whole ? `; whole: ${said(whole)}; ${timesTheWhole} times the whole` : ""}`,
    },
  ]);
  process.exitCode = whole && whole.nuclei !== blocks.nuclei ? 1 : 0;
}
