import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** What a runner's reporter writes down; vitest-tally.ts and playwright-tally.ts. */
export const tallySchema = z.object({
  passed: z.number().int(),
  failed: z.array(z.string()),
  skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
});

export type Tally = z.infer<typeof tallySchema>;

/** A runner that wrote none did not come to its end: that is a failure of its own. */
export async function readTally(file: string, runner: string): Promise<Tally> {
  try {
    return tallySchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return { passed: 0, failed: [`${runner} did not come to its end`], skipped: [] };
  }
}

export function sumTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, one) => sum + one.passed, 0),
    failed: tallies.flatMap((one) => one.failed),
    skipped: tallies.flatMap((one) => one.skipped),
  };
}

/** Every skip with its reason, then every failure, then the one plain line. */
export function tallyLines({ passed, failed, skipped }: Tally): string[] {
  return [
    ...skipped.map(({ name, reason }) => `skipped: ${name}: ${reason}`),
    ...failed.map((name) => `failed: ${name}`),
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
}

const MAX_WORDS = 300;

/** The first words of what a test says of its failure, without colours, on one line: a name alone says too little where only this is kept. */
function failureWords(message: string | undefined): string {
  const plain = stripVTControlCharacters(message ?? "")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS)}…` : plain;
}

/** A failure as the tally names it. */
export const namedFailure = (name: string, message: string | undefined): string =>
  failureWords(message) === "" ? name : `${name}: ${failureWords(message)}`;
