import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isProblem } from "../../../core/problem.ts";
import { createSeededRandom } from "../../../core/sample/seeded-random.ts";
import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { blocksOf } from "../read-whole-volume.ts";
import { boundWasmMemory, IMPORT_WASM_BYTES } from "../worker/bound-wasm-memory.ts";
import { mutate } from "./mutate.ts";
import { validFiles } from "./valid-files.ts";

/** Entry of a process that reads damaged files as the import process does: `format seed count`; a JSON line for each. */
export interface MutatedRead {
  readonly format: string;
  readonly seed: number;
  readonly outcome: "read" | "refused" | "crashed";
  readonly what: string;
  readonly ms: number;
}

/** A damaged shape can claim gigabytes of emptiness, which an import would go through with a bar; so much is enough here. */
const READ_AT_MOST_BYTES = 64e6;

async function readFile(file: string): Promise<void> {
  const opened = await openVolumeFile(file, "mutated");
  try {
    for (const { path: image, channels, times } of opened.contents.images) {
      const source = await opened.open({ image, channel: channels.length - 1, time: times - 1 });
      let bytes = 0;
      for await (const { pixels } of blocksOf(source)) {
        bytes += pixels.length * bytesPerPixel[source.pixelType];
        if (bytes > READ_AT_MOST_BYTES) break;
      }
    }
  } finally {
    await opened.close();
  }
}

boundWasmMemory(IMPORT_WASM_BYTES);
const [format, seed, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const whole = await validFiles[format]();
const folder = mkdtempSync(path.join(tmpdir(), "karyoloop-mutated-"));
try {
  for (let i = 0; i < count; i++) {
    const file = path.join(folder, "mutated");
    writeFileSync(file, mutate(whole, createSeededRandom(seed + i)));
    // Told before, so that whoever listens knows what a crash was about.
    console.log(JSON.stringify({ format, seed: seed + i, outcome: "begun" }));
    const started = performance.now();
    let outcome: MutatedRead["outcome"] = "read";
    let what = "";
    try {
      await readFile(file);
    } catch (error) {
      outcome = isProblem(error) ? "refused" : "crashed";
      what = isProblem(error) ? error.tag : String(error instanceof Error ? error.stack : error).slice(0, 800);
    }
    console.log(JSON.stringify({ format, seed: seed + i, outcome, what, ms: Math.round(performance.now() - started) }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
