import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";
import { planNetwork } from "../server/trainer/network/network-config.ts";

/*
 * A training step and a prediction of the default network, ours and PyTorch's in turn, two threads each:
 *   node --import tsx bench/training-step.ts [--rounds 3]
 * The peer is run by $KARYOLOOP_PEER_PYTHON (default python3), which must have torch.
 */

const THREADS = 2;
const STEPS = 12;
const PREDICTIONS = 6;
const VOXEL_SIZE_ZYX: Zyx = [1.75, 0.8, 0.8];
const PATCH_ZYX: Zyx = [24, 64, 64];
const TILE_ZYX: Zyx = [52, 128, 128];

interface Timing {
  readonly stepMs: number;
  readonly predictMs: number;
  readonly parameters: number;
}

function run(command: string, args: readonly string[], input: string): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const threads = String(THREADS);
    const env = { ...process.env, OMP_NUM_THREADS: threads, TF_NUM_INTRAOP_THREADS: threads };
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const last = output.trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve(JSON.parse(last));
      else reject(new Error(`${command} ended with ${code}: ${errors.trim().split("\n").at(-1)}`));
    });
    child.stdin.end(input);
  });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main(): Promise<void> {
  const rounds = Number(process.argv[process.argv.indexOf("--rounds") + 1] || 3) || 3;
  const config = planNetwork({ voxelSizeZyx: VOXEL_SIZE_ZYX });
  const wish = JSON.stringify({
    levels: config.levels,
    heads: config.heads.length,
    patch: PATCH_ZYX,
    tile: TILE_ZYX,
    threads: THREADS,
    steps: STEPS,
    predictions: PREDICTIONS,
  });
  const python = process.env.KARYOLOOP_PEER_PYTHON ?? "python3";
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const ours: Timing[] = [];
  const peers: Timing[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await run(process.execPath, [...typescriptArguments, here("./training-step-ours.ts")], wish));
    try {
      peers.push(await run(python, [here("./peer_pytorch.py")], wish));
    } catch (error) {
      console.error(`the peer is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  const voxels = TILE_ZYX[0] * TILE_ZYX[1] * TILE_ZYX[2];
  const show = (name: string, timings: readonly Timing[]) => {
    const step = median(timings.map(({ stepMs }) => stepMs));
    const predict = median(timings.map(({ predictMs }) => predictMs));
    console.log(
      `${name}: step ${step.toFixed(0)} ms (${timings.map(({ stepMs }) => stepMs.toFixed(0)).join(", ")}), ` +
        `prediction ${((voxels / predict) * 1000).toExponential(3)} voxels/s, ${timings[0].parameters} parameters`,
    );
    return { step, predict };
  };
  const own = show("Karyoloop, native TensorFlow", ours);
  if (peers.length === 0) return;
  const peer = show("PyTorch", peers);
  console.log(`step ${(own.step / peer.step).toFixed(2)} x PyTorch's (must: at most 1.0)`);
  console.log(`prediction ${(peer.predict / own.predict).toFixed(2)} x PyTorch's voxels/s (must: at least 1.0)`);
}

await main();
