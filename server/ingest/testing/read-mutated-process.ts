import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isProblem } from "../../../core/problem.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { bytesPerPixel, type PixelArray } from "../../../core/volume/voxel-space.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { boundWasmMemory, IMPORT_WASM_BYTES } from "../process/bound-wasm-memory.ts";
import { blocksOf } from "../voxels/read-whole-volume.ts";
import { mutate } from "./mutate.ts";
import { VALID_SHAPE, validFiles, validPixels } from "./valid-files.ts";

/** Entry of a process that reads damaged files as the import process does: `format seed count`; a JSON line for each. */
export interface MutatedRead {
  readonly format: string;
  readonly seed: number;
  readonly outcome: "read" | "refused" | "crashed";
  readonly what: string;
  readonly ms: number;
  /** Read otherwise than it was written, and not a word about it: allowed only where the format has no checksum. */
  readonly silentlyWrong: boolean;
}

/** A damaged shape can claim gigabytes of emptiness, which an import would go through with a bar; so much is enough here. */
const READ_AT_MOST_BYTES = 64e6;

/** Whether voxels differ from the undamaged ones, and nothing is said. */
async function readFile(file: string): Promise<boolean> {
  const opened = await openVolumeFile(file, "mutated");
  let differs = false;
  try {
    for (const { path: image, channels, times } of opened.contents.images) {
      const source = await opened.open({ image, channel: channels.length - 1, time: times - 1 });
      let bytes = 0;
      differs ||= source.shapeZyx.join() !== VALID_SHAPE.join();
      for await (const { pixels, zMin, yMin } of blocksOf(source)) {
        differs ||= !isPartOfValid(pixels, zMin, yMin, source.blockZy[1]);
        bytes += pixels.length * bytesPerPixel[source.pixelType];
        if (bytes > READ_AT_MOST_BYTES) break;
      }
    }
    return differs && opened.contents.notes.length === 0;
  } finally {
    await opened.close();
  }
}

/** Blocks are whole planes, or rows of one plane. */
function isPartOfValid(pixels: PixelArray, zMin: number, yMin: number, rows: number): boolean {
  const [sizeZ, sizeY, sizeX] = VALID_SHAPE;
  const height = Math.min(rows, sizeY - yMin);
  return pixels.every((value, i) => {
    const [z, y] = [zMin + Math.floor(i / (height * sizeX)), yMin + (Math.floor(i / sizeX) % height)];
    return z < sizeZ && value === validPixels[(z * sizeY + y) * sizeX + (i % sizeX)];
  });
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
    let silentlyWrong = false;
    try {
      silentlyWrong = await readFile(file);
    } catch (error) {
      outcome = isProblem(error) ? "refused" : "crashed";
      what = isProblem(error) ? error.tag : String(error instanceof Error ? error.stack : error).slice(0, 800);
    }
    const ms = Math.round(performance.now() - started);
    console.log(JSON.stringify({ format, seed: seed + i, outcome, what, ms, silentlyWrong } satisfies MutatedRead));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
