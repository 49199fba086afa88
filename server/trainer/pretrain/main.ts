import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { startEngine } from "../engine/start-engine.ts";
import { pretrain } from "./pretrain.ts";

/*
 * npm run pretrain -- [--steps 6000 | --minutes M] [--seed 0] [--out server/product-model]
 * Writes model.json and weights.bin (16 bits a weight): the weights that come with the product.
 */
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "6000" },
    minutes: { type: "string" },
    seed: { type: "string", default: "0" },
    out: { type: "string", default: "server/product-model" },
  },
});
const maxSteps = Number(values.steps);
const minutes = Number(values.minutes ?? 1);
const seed = Number(values.seed);
if (!Number.isInteger(maxSteps) || maxSteps < 1 || !Number.isInteger(seed) || seed < 0 || !(minutes > 0))
  throw new RangeError("--steps and --seed are whole numbers, --minutes is above 0");

const engine = await startEngine();
const began = performance.now();
let sum = 0;
const model = await pretrain(
  { seed, budget: values.minutes ? { minutes } : { maxSteps }, maxTileVoxels: engine.maxTileVoxels },
  {
    onStep({ step, loss, volumes, progress }) {
      sum += loss;
      if (step % 20 !== 0) return;
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stderr.write(
        `step ${step}, ${Math.round(progress * 100)} %, loss ${(sum / 20).toFixed(3)}, ${volumes} volumes, ${seconds} s\n`,
      );
      sum = 0;
    },
  },
);
await mkdir(values.out, { recursive: true });
for (const [name, bytes] of Object.entries(saveCheckpoint(model, undefined, 16)))
  await writeFile(path.join(values.out, name), bytes);
process.stderr.write(`${values.out}: ${JSON.stringify(model.thresholds)}\n`);
