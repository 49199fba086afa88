import { parseArgs } from "node:util";
import { Problem } from "../../core/problem.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { readEnvironment } from "../env.ts";

export const DOCTOR_USAGE = `karyoloop doctor [--json]

Checks this installation, while its server runs or not, and says what to do: rights of its files, disk, memory, clock,
certificate, database, object store, trainer. Which installation: KARYOLOOP_DATA and the other variables of npm start.

  --json     a list of {check, verdict, what, hint}
  --help     this text

Exit status: 0 where nothing is broken, 1 otherwise.`;

const WIDTH = 24;

/** `karyoloop doctor`; returns the exit code. */
export async function runDoctor(args: readonly string[], print: (line: string) => void = console.log): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    print(DOCTOR_USAGE);
    return 0;
  }
  process.umask(0o077);
  const findings: Finding[] = [];
  for await (const finding of examine(readEnvironment(), (text) => console.error(text))) {
    findings.push(finding);
    if (!options.json) for (const line of linesOf(finding)) print(line);
  }
  const count = (verdict: Finding["verdict"]) => findings.filter((one) => one.verdict === verdict).length;
  if (options.json) print(JSON.stringify(findings, null, 2));
  else print(`\n${count("ok")} ok, ${count("look")} to look at, ${count("broken")} broken.`);
  return count("broken") > 0 ? 1 : 0;
}

function* linesOf({ check, verdict, what, hint }: Finding): Iterable<string> {
  yield `${verdict.padEnd(7)}${check.padEnd(WIDTH)}${what}`;
  if (hint) yield `${" ".repeat(7 + WIDTH)}-> ${hint}`;
}

function readOptions(args: readonly string[]): { json: boolean } | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    return values.help ? null : { json: values.json ?? false };
  } catch (error) {
    throw new Problem({
      tag: "wrong-arguments",
      what: (error as Error).message,
      hint: "karyoloop doctor --help explains the options.",
    });
  }
}
