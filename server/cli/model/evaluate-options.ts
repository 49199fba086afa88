import { parseArgs } from "node:util";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { TrainBudget } from "../../trainer/loop/train-options.ts";
import { readVoxelSize } from "./voxel-size-option.ts";

export const EVALUATE_USAGE = `karyoloop evaluate --train PREFIX… --test PREFIX… [options]

Trains a model on PREFIX_image.tif with PREFIX_labels.tif and scores it on volumes it has never seen. The same code as
the server's: reading, patches, training, tiled prediction, nuclei, matching.

  --train PREFIX…      volumes to learn from
  --test PREFIX…       volumes to score
  --labels N           learn from N nuclei only, drawn by the seed from the volumes to learn from; all else is unknown but
                       a thin shell round each. 0: the weights that come with Karyoloop, nothing learned
  --outline N          N nuclei of the volumes to learn from, drawn by the seed, say how far outlines lie outside of the
                       model's; the report has the scores without and with it
  --from nothing|product
                       weights to begin with (default: the product's with --labels, else nothing)
  --minutes M          time to train (default 6)
  --steps N            train exactly N steps instead: the same result every time on one machine
  --seed S             seed of weights and patches (default 0)
  --method network|forest
                       what learns: the network (default), or the quick classifier, a random forest that needs seconds and
                       no TensorFlow; --minutes, --steps, --from and --engine are the network's
  --engine native|wasm only this engine (default: the best there is)
  --voxel-size Z,Y,X   micrometres, where the files do not say
  --save FOLDER        write the model there, as karyoloop predict reads it
  --json FILE          write the report there too
  --help               this text

True and found objects under 100 voxels are ignored.`;

export interface EvaluateOptions {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Null: all nuclei are labelled. */
  readonly labels: number | null;
  readonly outline: number | null;
  readonly method: "network" | "forest";
  readonly from: "nothing" | "product";
  readonly budget: TrainBudget;
  readonly seed: number;
  readonly engine?: "native" | "wasm";
  readonly voxelSizeZyx?: Zyx;
  /** Where the model is written; null: nowhere. */
  readonly saveFolder: string | null;
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
  const count = (name: "labels" | "outline") => {
    const text = values[name];
    return text === undefined ? null : readNumber(`--${name}`, text, (n) => Number.isInteger(n) && n >= 0);
  };
  const labels = count("labels");
  const outline = count("outline");
  const learnsNothing = labels === 0 && !outline;
  if ((train.length === 0 && !learnsNothing) || test.length === 0)
    throw usageProblem("Name volumes to --train on and to --test on.");
  const method = values.method ?? "network";
  if (method !== "network" && method !== "forest") throw usageProblem(`--method is network or forest, not ${method}.`);
  if (method === "forest") refuseForForest(values, labels);
  const from = values.from ?? (labels === null || method === "forest" ? "nothing" : "product");
  if (from !== "nothing" && from !== "product") throw usageProblem(`--from is nothing or product, not ${from}.`);
  if (labels === 0 && from === "nothing") throw usageProblem("--labels 0 means the product's weights as they are.");
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
    labels,
    outline,
    method,
    from,
    budget,
    seed: readNumber("--seed", values.seed ?? "0", (n) => Number.isInteger(n) && n >= 0 && n <= 0x7fffffff),
    engine: values.engine,
    voxelSizeZyx: values["voxel-size"] === undefined ? undefined : readVoxelSize(values["voxel-size"], usageProblem),
    saveFolder: values.save ?? null,
    jsonFile: values.json,
  };
}

/** What says how a network learns means nothing to a forest. */
function refuseForForest(values: Record<string, unknown>, labels: number | null): void {
  for (const name of ["minutes", "steps", "engine"])
    if (values[name] !== undefined) throw usageProblem(`--${name} is of the network; --method forest takes none.`);
  if (values.from !== undefined && values.from !== "nothing")
    throw usageProblem("--method forest begins with nothing.");
  if (labels === 0) throw usageProblem("--method forest learns from at least one nucleus.");
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
        labels: one,
        outline: one,
        method: one,
        from: one,
        minutes: one,
        steps: one,
        seed: one,
        engine: one,
        "voxel-size": one,
        save: one,
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
