import { readFile } from "node:fs/promises";
import { Problem } from "../../../core/problem.ts";
import { parsePlan, type StudyPlan } from "../../../core/study/plan/plan.ts";
import { assistLines } from "../../../core/study/report/study-report.ts";
import { untilStopped } from "../stop-on-signals.ts";
import { startProductLearner } from "./product-learner.ts";
import { runStudy } from "./run-study.ts";
import { parseSimulateOptions, SIMULATE_USAGE, type SimulateOptions } from "./simulate-options.ts";
import { readStudyData } from "./study-data.ts";
import { readRows } from "./study-folder.ts";

/** `karyoloop simulate`; returns the exit code. Progress goes to stderr, the report's file to stdout. */
export async function runSimulate(args: readonly string[]): Promise<number> {
  const options = parseSimulateOptions(args);
  if (!options) {
    console.log(SIMULATE_USAGE);
    return 0;
  }
  const plan = await readPlan(options.plan);
  if (options.assist) {
    console.log(assistLines(await readRows(options.out, plan), plan).join("\n"));
    return 0;
  }
  console.log(await untilStopped((signal) => simulate(options, plan, signal)));
  return 0;
}

async function simulate(options: SimulateOptions, plan: StudyPlan, signal: AbortSignal): Promise<string> {
  const unknown = options.only.find((name) => !plan.sets.some((set) => set.name === name));
  if (unknown !== undefined)
    throw new Problem({
      tag: "wrong-arguments",
      what: `The plan has no set ${unknown}.`,
      hint: `It has ${plan.sets.map(({ name }) => name).join(", ")}.`,
    });
  const { version } = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  return runStudy(
    {
      plan,
      data: await readStudyData(plan, options.data),
      folder: options.out,
      version: `${version}, Node ${process.version}`,
      only: options.only,
      maxRuns: options.maxRuns,
      signal,
      say: (line) => console.error(line),
    },
    () => startProductLearner(options.engine),
  );
}

async function readPlan(file: string): Promise<StudyPlan> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new Problem(
      { tag: "no-plan", what: "The plan cannot be read.", where: file, hint: "docs/studies has one." },
      { cause },
    );
  }
  try {
    return parsePlan(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Problem({ tag: "no-plan", what: `The plan is no JSON: ${cause.message}`, where: file }, { cause });
  }
}
