import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import { gunzipSync, gzipSync } from "node:zlib";
import { Problem } from "../../../core/problem.ts";
import { canonicalText, runName, runsOf, type StudyPlan, type StudyRun } from "../../../core/study/plan/plan.ts";
import { rowsAsCsv, type StudyRow } from "../../../core/study/plan/study-row.ts";
import type { RunState } from "./play-run.ts";
import type { StudyData } from "./study-data.ts";

/** Another version may have kept other fields. */
const FORMAT = "karyoloop-run-1";

export const planHash = (plan: StudyPlan): string => createHash("sha256").update(canonicalText(plan)).digest("hex");

/**
 * Writes the plan and its hash before the first run; later on, throws a Problem where the plan or the data are not those that
 * the study began with. Returns the hash.
 */
export async function freezePlan(folder: string, plan: StudyPlan, data: readonly StudyData[]): Promise<string> {
  const hash = planHash(plan);
  const frozen = await readOrNull(path.join(folder, "plan.sha256"));
  if (frozen === null) {
    await mkdir(folder, { recursive: true });
    await replace(path.join(folder, "plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
    await replace(path.join(folder, "data.json"), `${JSON.stringify(digestsOf(data), null, 2)}\n`);
    // Last: without it nothing is frozen.
    await replace(path.join(folder, "plan.sha256"), `${hash}\n`);
    return hash;
  }
  if (frozen.toString().trim() !== hash) throw changed("plan", path.join(folder, "plan.json"));
  const before = (await readOrNull(path.join(folder, "data.json")))?.toString() ?? "{}";
  if (canonicalText(JSON.parse(before)) !== canonicalText(digestsOf(data)))
    throw changed("data", path.join(folder, "data.json"));
  return hash;
}

const changed = (what: "plan" | "data", where: string): Problem =>
  new Problem({
    tag: `${what}-changed`,
    what: `The ${what} ${what === "plan" ? "is" : "are"} not what this study began with: its runs could not be compared.`,
    where,
    hint: "Begin another study in another folder; what is measured here stays.",
  });

const digestsOf = (data: readonly StudyData[]) =>
  Object.fromEntries(data.map(({ set, digests }) => [set.name, digests]));

/** States of runs, and their rows as a table. */
export class StudyFolder {
  readonly #folder: string;
  readonly #plan: StudyPlan;
  readonly #rows = new Map<string, readonly StudyRow[]>();

  constructor(folder: string, plan: StudyPlan) {
    this.#folder = folder;
    this.#plan = plan;
  }

  /** Null where a run has not begun. A state that was written by another plan is a Problem. */
  async read(run: StudyRun): Promise<RunState | null> {
    const file = this.#fileOf(run);
    const kept = await readOrNull(file);
    if (!kept) return null;
    const { format, plan, state } = deserialize(gunzipSync(kept)) as KeptRun;
    if (format !== FORMAT || plan !== planHash(this.#plan)) throw changed("plan", file);
    this.#rows.set(runName(run), state.rows);
    return state;
  }

  /** Whole or not at all; the table follows. */
  async keep(run: StudyRun, { rows, pool }: RunState): Promise<void> {
    await mkdir(path.join(this.#folder, "runs"), { recursive: true });
    const volumes = pool?.volumes.map(({ labels, background, done }) => ({ labels, background, done }));
    const state = { rows, pool: pool && { ...pool, volumes } };
    const kept = { format: FORMAT, plan: planHash(this.#plan), state };
    await replace(this.#fileOf(run), gzipSync(serialize(kept)));
    this.#rows.set(runName(run), rows);
    await this.writeTable();
  }

  rows(): StudyRow[] {
    return [...this.#rows.values()].flat();
  }

  async writeTable(): Promise<void> {
    await replace(path.join(this.#folder, "raw.csv"), rowsAsCsv(this.rows()));
  }

  async writeReport(text: string, plots: ReadonlyMap<string, string>): Promise<string> {
    await mkdir(path.join(this.#folder, "plots"), { recursive: true });
    for (const [name, plot] of plots) await replace(path.join(this.#folder, name), plot);
    const file = path.join(this.#folder, "report.md");
    await replace(file, text);
    return file;
  }

  #fileOf(run: StudyRun): string {
    return path.join(this.#folder, "runs", `${runName(run)}.v8.gz`);
  }
}

/** All rows of a study that has begun. */
export async function readRows(folder: string, plan: StudyPlan): Promise<StudyRow[]> {
  const kept = new StudyFolder(folder, plan);
  for (const run of runsOf(plan)) await kept.read(run);
  return kept.rows();
}

interface KeptRun {
  readonly format: string;
  readonly plan: string;
  readonly state: RunState;
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function replace(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${file}.part`, content);
  await rename(`${file}.part`, file);
}
