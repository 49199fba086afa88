import { readFile } from "node:fs/promises";
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
