import { parseArgs } from "node:util";
import { Problem } from "../../../core/problem.ts";

export const SIMULATE_USAGE = `karyoloop simulate --plan FILE --data FOLDER --out FOLDER [options]

Does the order of questions save labour? A simulated annotator answers what different orders ask about, in volumes whose
nuclei are all known; models learn from the answers and are measured on specimens that are kept out. The plan is frozen with
the first run. Ctrl-C stops after the training step at hand; the same command goes on with the round that was stopped.

  --plan FILE          arms, seeds, sets, budgets, cost model and the rule (docs/studies)
  --data FOLDER        where the plan's volumes lie: FILE_image.tif with FILE_labels.tif
  --out FOLDER         plan.json, raw.csv, report.md and plots; runs/ holds what a stopped run goes on from
  --only SET…          only these sets of the plan now
  --max-runs N         stop after N runs
  --assist             print what proposals save of drawing from nothing, from what is measured so far; runs nothing
  --engine native|wasm only this engine (default: the best there is)
  --help               this text`;

export interface SimulateOptions {
  readonly plan: string;
  readonly data: string;
  readonly out: string;
  readonly only: readonly string[];
  readonly maxRuns: number;
  readonly assist: boolean;
  readonly engine: "native" | "wasm" | undefined;
}

const usageProblem = (what: string): Problem =>
  new Problem({ tag: "wrong-arguments", what, hint: "karyoloop simulate --help explains the options." });

/** Null when only the help was asked for. */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions | null {
  const one = { type: "string" } as const;
  const options = {
    plan: one,
    data: one,
    out: one,
    only: { type: "string", multiple: true },
    "max-runs": one,
    assist: { type: "boolean" },
    engine: one,
    help: { type: "boolean", short: "h" },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw usageProblem(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return null;
  const { plan, data, out, engine, assist = false } = values;
  if (!plan || !out || (!data && !assist)) throw usageProblem("Name a --plan, a folder of --data and one --out.");
  if (engine !== undefined && engine !== "native" && engine !== "wasm")
    throw usageProblem(`--engine is native or wasm, not ${engine}.`);
  const maxRuns = values["max-runs"] === undefined ? Number.POSITIVE_INFINITY : Number(values["max-runs"]);
  if (!(maxRuns >= 1) || (Number.isFinite(maxRuns) && !Number.isInteger(maxRuns)))
    throw usageProblem(`--max-runs cannot be ${values["max-runs"]}.`);
  return { plan, data: data ?? "", out, only: values.only ?? [], maxRuns, assist, engine };
}
