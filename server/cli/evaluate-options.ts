import { parseArgs } from "node:util";
import { Problem } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { TrainBudget } from "../trainer/train-options.ts";
import { readVoxelSize } from "./voxel-size-option.ts";

export const EVALUATE_USAGE = `karyoloop evaluate --train PREFIX… --test PREFIX… [options]

Trains a model from nothing on PREFIX_image.tif with PREFIX_labels.tif (all nuclei labelled) and scores it on volumes
it has never seen. The same code as the server's: reading, patches, training, tiled prediction, nuclei, matching.

  --train PREFIX…      volumes to learn from
  --test PREFIX…       volumes to score
  --minutes M          time to train (default 6)
  --steps N            train exactly N steps instead: the same result every time on one machine
  --seed S             seed of weights and patches (default 0)
  --engine native|wasm only this engine (default: the best there is)
  --voxel-size Z,Y,X   micrometres, where the files do not say
  --json FILE          write the report there too
  --help               this text

True and found objects under 100 voxels are ignored.`;

export interface EvaluateOptions {
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly budget: TrainBudget;
  readonly seed: number;
  readonly engine?: "native" | "wasm";
  readonly voxelSizeZyx?: Zyx;
  readonly jsonFile?: string;
}

const usageProblem = (what: string): Problem =>
  new Problem({ tag: "wrong-arguments", what, hint: "karyoloop evaluate --help explains the options." });

/** Null when only the help was asked for. Throws a Problem for anything that cannot be meant. */
export function parseEvaluateOptions(args: readonly string[]): EvaluateOptions | null {
  const { values } = readArguments(gatherPrefixes(args));
  if (values.help) return null;
  const train = values.train ?? [];
  const test = values.test ?? [];
  if (train.length === 0 || test.length === 0) throw usageProblem("Name volumes to --train on and to --test on.");
  if (values.minutes !== undefined && values.steps !== undefined)
    throw usageProblem("--minutes and --steps exclude each other.");
  if (values.engine !== undefined && values.engine !== "native" && values.engine !== "wasm")
    throw usageProblem(`--engine is native or wasm, not ${values.engine}.`);
  const budget: TrainBudget =
    values.steps !== undefined
      ? { maxSteps: readNumber("--steps", values.steps, (n) => Number.isInteger(n) && n >= 1) }
      : { minutes: readNumber("--minutes", values.minutes ?? "6", (n) => n > 0) };
  return {
    train,
    test,
    budget,
    seed: readNumber("--seed", values.seed ?? "0", (n) => Number.isInteger(n) && n >= 0 && n <= 0x7fffffff),
    engine: values.engine,
    voxelSizeZyx: values["voxel-size"] === undefined ? undefined : readVoxelSize(values["voxel-size"], usageProblem),
    jsonFile: values.json,
  };
}

function readArguments(args: string[]) {
  const one = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  try {
    return parseArgs({
      args,
      options: {
        train: many,
        test: many,
        minutes: one,
        steps: one,
        seed: one,
        engine: one,
        "voxel-size": one,
        json: one,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw usageProblem(error instanceof Error ? error.message : String(error));
  }
}

/** `--train A B C` as `--train A --train B --train C`, which Node's parser knows. */
function gatherPrefixes(args: readonly string[]): string[] {
  const gathered: string[] = [];
  let list: string | null = null;
  let first = false;
  for (const arg of args) {
    if (arg.startsWith("--")) {
      list = arg === "--train" || arg === "--test" ? arg : null;
      first = list !== null;
      gathered.push(arg);
    } else {
      if (list && !first) gathered.push(list);
      first = false;
      gathered.push(arg);
    }
  }
  return gathered;
}

function readNumber(name: string, text: string, isValid: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || !isValid(value))
    throw usageProblem(`${name} cannot be ${text}.`);
  return value;
}
