import { writeFileSync } from "node:fs";
import os from "node:os";

interface Row {
  readonly what: string;
  readonly must: string;
  readonly command: string;
  readonly figure: string;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** Load of the machine before the benchmark itself adds to it. */
const loadAtStart = os.loadavg()[0];

/** One JSON object for programs, also in the file after `--json`, and under it the rows that docs/results.md holds. */
export function report(measured: Readonly<Record<string, unknown>>, rows: readonly Row[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = os.cpus();
  const machine = `${os.cpus().length} cores, ${cpu.model.trim()}, load ${loadAtStart.toFixed(1)} at the start`;
  const json = JSON.stringify({ date, machine, ...measured });
  console.log(json);
  const file = process.argv.indexOf("--json");
  if (file > 0) writeFileSync(process.argv[file + 1], `${json}\n`);
  for (const { what, must, command, figure } of rows)
    console.log(`| ${what} | ${must} | \`${command}\` | ${date} | ${machine} | ${figure} |`);
}

export const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} needs a whole number from 1 on`);
  return value;
};
