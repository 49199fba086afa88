import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readMutated } from "../server/ingest/testing/read-mutated.ts";
import { validFiles } from "../server/ingest/testing/valid-files.ts";

/**
 * Damaged files of every format: `node --import tsx bench/mutated-files.ts --count 1000 --seed 1 --json out.json`. Each has to
 * be read or refused in words, within 10 s and 700 MB; exit code 1 otherwise. `--count` is per format.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    format: { type: "string", multiple: true },
  },
});
/** Of all its bytes: every entry of a zip has one, and so has what is packed with gzip as a whole. */
const HAS_CHECKSUM = /^(zarr|n5|png-series|nifti-gzip)/;
const MOST_BYTES = 700e6;
/** Processes are begun anew, so that the peak of one is that of few files. */
const PER_PROCESS = 50;

const count = Number(values.count);
const rows = [];
for (const format of values.format ?? Object.keys(validFiles)) {
  const all = {
    read: 0,
    refused: 0,
    crashed: 0,
    slowestMs: 0,
    peakBytes: 0,
    failures: [] as string[],
    tags: {} as Record<string, number>,
  };
  for (let done = 0; done < count; done += PER_PROCESS) {
    const seed = Number(values.seed) + done;
    const { reads, peakBytes } = await readMutated(format, seed, Math.min(PER_PROCESS, count - done));
    all.peakBytes = Math.max(all.peakBytes, peakBytes);
    if (peakBytes > MOST_BYTES) all.failures.push(`seeds from ${seed}: ${Math.round(peakBytes / 1e6)} MB`);
    for (const { outcome, ms, what, seed: of, silentlyWrong } of reads) {
      all[outcome]++;
      all.slowestMs = Math.max(all.slowestMs, ms);
      if (outcome === "refused") all.tags[what] = (all.tags[what] ?? 0) + 1;
      if (silentlyWrong && HAS_CHECKSUM.test(format)) all.failures.push(`seed ${of}: silently wrong`);
      if (outcome === "crashed") all.failures.push(`seed ${of}: ${what}`);
    }
  }
  rows.push({ format, ...all });
}
console.log("| format | read | refused | crashed | slowest ms | most MB |\n|---|---|---|---|---|---|");
for (const { format, read, refused, crashed, slowestMs, peakBytes } of rows)
  console.log(`| ${format} | ${read} | ${refused} | ${crashed} | ${slowestMs} | ${Math.round(peakBytes / 1e6)} |`);
for (const { format, failures } of rows) for (const failure of failures) console.log(`${format}: ${failure}`);
if (values.json) writeFileSync(values.json, JSON.stringify({ seed: Number(values.seed), count, rows }, null, 2));
if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
