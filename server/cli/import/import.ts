import { createInterface } from "node:readline/promises";
import { TRPCClientError } from "@trpc/client";
import type { FolderPlan, PlannedVolume } from "../../../core/import/folder-plan.ts";
import { isProblem, Problem, type ProblemFields } from "../../../core/problem.ts";
import { askPassword, type ServerSession, signInToServer } from "../server-session.ts";
import { findVolumes } from "./find-volumes.ts";
import type { ImportContext } from "./import-context.ts";
import { importOne } from "./import-one.ts";
import { IMPORT_USAGE, type ImportOptions, parseImportOptions } from "./import-options.ts";
import { isComplete, planLines, reportLines, type VolumeOutcome } from "./import-report.ts";

/** `karyoloop import`; returns the exit code: 1 where a person would call the result incomplete. */
export async function runImport(args: readonly string[], say: (line: string) => void = console.log): Promise<number> {
  const options = parseImportOptions(args);
  if (!options) {
    say(IMPORT_USAGE);
    return 0;
  }
  const plan = await findVolumes(options.paths);
  if (plan.volumes.length === 0) {
    planLines(plan).forEach(say);
    throw new Problem({ tag: "nothing-found", what: "No volume was found.", where: options.paths.join(", ") });
  }
  // Before anything is sent: a name without a specimen should not be noticed half-way.
  const specimens = new Map(plan.volumes.map((one) => [one, options.specimenOf(one.name)]));
  if (options.dryRun) {
    planLines(plan).forEach(say);
    for (const [{ name }, specimen] of specimens) say(`${name}: specimen ${specimen}`);
    return 0;
  }
  await confirm(plan, options, say);
  const session = await openSession(options);
  const projectId = await findProject(session, options.project);
  const context: ImportContext = { session, projectId, options, say };
  const outcomes: VolumeOutcome[] = [];
  for (const [files, specimen] of specimens) outcomes.push(await tryOne(context, files, specimen));
  reportLines(outcomes, plan.leftOut).forEach(say);
  const inProject = outcomes.filter(({ became }) => became !== "not imported").length;
  say(`${inProject} of ${outcomes.length} volumes are in the project.`);
  return isComplete(outcomes, plan.leftOut) ? 0 : 1;
}

async function tryOne(context: ImportContext, files: PlannedVolume, specimen: string): Promise<VolumeOutcome> {
  try {
    // Asked each time: another person, or this very run, may have added one.
    const known = await context.session.api.volume.list.query({ projectId: context.projectId });
    const outcome = await importOne(context, files, specimen, known);
    if (outcome.became === "already there") context.say(`${outcome.name}: is already there`);
    return outcome;
  } catch (error) {
    const { what, where, hint } = problemOf(error);
    const words = [what, where && `(${where})`, hint].filter(Boolean).join(" ");
    context.say(`${files.name}: ${words}`);
    return { ...files, became: "not imported", details: [what], missed: true };
  }
}

/** How files were put together beyond plain pairs is shown, and goes on only with a person's word. */
async function confirm(plan: FolderPlan, { yes }: ImportOptions, say: (line: string) => void): Promise<void> {
  if (plan.conventions.length === 0 || yes) return;
  planLines(plan).forEach(say);
  if (process.stdin.isTTY) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await lines.question("Is this right? [y/N] ");
    lines.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new Problem({
    tag: "not-confirmed",
    what: "Files were put together by a convention, which somebody has to confirm.",
    where: plan.conventions.join("; "),
    hint: "Look at the list above; if it is right, start again with --yes.",
  });
}

async function openSession(options: ImportOptions): Promise<ServerSession> {
  const email = options.email ?? process.env.KARYOLOOP_EMAIL;
  const password = process.env.KARYOLOOP_PASSWORD ?? (email ? await askPassword(`Password of ${email}: `) : null);
  if (!email || !password)
    throw new Problem({
      tag: "no-account",
      what: "An account is needed.",
      hint: "Name it with --email, and put its password into KARYOLOOP_PASSWORD or type it when asked.",
    });
  return signInToServer(options.server, email, password);
}

async function findProject({ api }: ServerSession, wanted: string): Promise<string> {
  const projects = await api.project.list.query();
  const found = projects.filter(({ id, name }) => id === wanted || name === wanted);
  if (found.length === 1) return found[0].id;
  throw new Problem({
    tag: "no-such-project",
    what: found.length > 1 ? "Several projects have this name; name its id." : "There is no such project.",
    where: wanted,
    hint: `Yours are: ${projects.map(({ id, name }) => `${name} (${id})`).join(", ") || "none"}.`,
  });
}

function problemOf(error: unknown): ProblemFields {
  if (isProblem(error)) return error;
  if (error instanceof TRPCClientError) {
    const problem = (error.data as { problem?: ProblemFields } | undefined)?.problem;
    return problem ?? { tag: "refused", what: error.message };
  }
  return { tag: "failed", what: error instanceof Error ? error.message : String(error) };
}
