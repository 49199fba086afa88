import { directedChecks } from "./co-editing/directed-checks.ts";
import { HarnessRun, optionsOf } from "./co-editing/harness-run.ts";
import { mutants } from "./co-editing/mutants.ts";

/**
 * The co-editing harness at length: `node --import tsx bench/co-editing-harness.ts [runs] [runs per mutant]`.
 * Prints what happened and how many histories broke an invariant; for each rule switched off, in how many random
 * histories and by which directed check it was noticed.
 */
process.setMaxListeners(0); // every provider listens for the end of the process

const runs = Number(process.argv[2] ?? 2000);
const runsPerMutant = Number(process.argv[3] ?? 20);

async function histories(count: number): Promise<void> {
  const totals: Record<string, number> = {};
  const broken: string[] = [];
  const started = performance.now();
  for (let seed = 1; seed <= count; seed++) {
    const { failures, ...counts } = await new HarnessRun(seed * 104_729, optionsOf(seed)).run();
    for (const [name, value] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + value;
    if (failures.length > 0) broken.push(`seed ${seed}: ${failures[0]}`);
  }
  console.log(`| histories | broken | ${Object.keys(totals).join(" | ")} | seconds |`);
  console.log(
    `|---|---|${Object.keys(totals)
      .map(() => "---")
      .join("|")}|---|`,
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`| ${count} | ${broken.length} | ${Object.values(totals).join(" | ")} | ${seconds} |`);
  for (const line of broken) console.log(line);
  if (broken.length > 0) process.exitCode = 1;
}

async function brokenRules(): Promise<void> {
  console.log(
    `\n| rule switched off | random histories that notice, of ${runsPerMutant} | directed check |\n|---|---|---|`,
  );
  for (const mutant of mutants) {
    const mend = mutant.break();
    let noticed = 0;
    const directed: string[] = [];
    try {
      for (let seed = 1; seed <= runsPerMutant; seed++)
        if ((await new HarnessRun(seed * 7919, { crashes: true, longOffline: false }).run()).failures.length > 0)
          noticed++;
      for (const check of directedChecks) if ((await check.run()).length > 0) directed.push(check.name.split(":")[0]);
    } finally {
      mend();
    }
    console.log(`| ${mutant.rule} | ${noticed} | ${directed.join(", ") || "none"} |`);
    if (noticed === 0 && directed.length === 0) process.exitCode = 1;
  }
}

await histories(runs);
await brokenRules();
process.exit();
