import { link, mkdir, opendir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { plainText } from "../../../core/plain-text.ts";
import { Problem } from "../../../core/problem.ts";
import { converterEnvironment } from "../../beside/child-environment.ts";
import { startGuarded } from "../../beside/guarded-process.ts";
import { diskFull, roomOn } from "../../storage/disk-room.ts";
import { openFileForReading } from "../voxels/random-access.ts";
import { assertReadAsStated } from "./assert-as-stated.ts";
import { convertedBy, convertedFolder, convertedVolume } from "./converted.ts";
import type { Converter } from "./find-converter.ts";
import { javaBounds } from "./java-bounds.ts";

export interface Conversion {
  readonly file: string;
  /** Its ending says to Bio-Formats what it is. */
  readonly fileName: string;
  /** Of this conversion alone; gone afterwards. On the disk of `file`. */
  readonly scratch: string;
  readonly maxBytes: number;
}

export interface ConversionBounds {
  readonly longestMs: number;
  /** The output does not grow for so long. */
  readonly stalledMs: number;
  readonly lookEveryMs: number;
}

const BOUNDS: ConversionBounds = { longestMs: 12 * 3600_000, stalledMs: 20 * 60_000, lookEveryMs: 1000 };
/** Converters are scripts that start Java: whoever ends the script ends all of its group, by force after a second. */
const WHOLE_GROUP = `trap 'trap "" TERM; kill -TERM 0; sleep 1; kill -KILL 0' TERM
"$@" & p=$!
wait "$p"; exit $?`;
const MAX_FILES = 500_000;
const NICENESS = 10;
const LAST_LINES = 4;

/**
 * Has the converter write what it reads of a file beside that file, where `openVolumeFile` finds it; all or nothing. The converter
 * runs in bounds of memory (its own), time, disk and environment, and never outlives this process.
 */
export async function convertFile(
  converter: Converter,
  { file, fileName, scratch, maxBytes }: Conversion,
  onProgress: (percent: number | null, bytes: number) => void,
  signal: AbortSignal,
  bounds: ConversionBounds = BOUNDS,
): Promise<void> {
  await assertFileReadAsStated(file, fileName);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const input = path.join(scratch, `input${/\.[a-z0-9]{1,6}$/i.exec(fileName)?.[0].toLowerCase() ?? ""}`);
    await link(file, input).catch(() => symlink(file, input));
    const output = path.join(scratch, converter.name === "bioformats2raw" ? "output.zarr" : "output.ome.tiff");
    await run(converter, { input, output, scratch, fileName, maxBytes }, onProgress, signal, bounds);
    await keep(converter, file, output, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function assertFileReadAsStated(file: string, fileName: string): Promise<void> {
  const bytes = await openFileForReading(file);
  try {
    await assertReadAsStated(bytes, fileName);
  } finally {
    await bytes.close();
  }
}

/** No pyramid, as ours is built anyway; zlib, as it needs no native library. */
const wordsFor = ({ name, program }: Converter, input: string, output: string): string[] =>
  name === "bioformats2raw"
    ? [program, "--resolutions=1", "--max_workers=2", "--compression=zlib", input, output]
    : [program, "-no-upgrade", "-bigtiff", "-compression", "zlib", "-tilex", "512", "-tiley", "512", input, output];

async function run(
  converter: Converter,
  given: {
    readonly input: string;
    readonly output: string;
    readonly scratch: string;
    readonly fileName: string;
    readonly maxBytes: number;
  },
  onProgress: (percent: number | null, bytes: number) => void,
  signal: AbortSignal,
  { longestMs, stalledMs, lookEveryMs }: ConversionBounds,
): Promise<void> {
  const { input, output, scratch, fileName, maxBytes } = given;
  signal.throwIfAborted();
  const lastLines: string[] = [];
  let percent: number | null = null;
  const child = startGuarded(
    ["/bin/sh", "-c", WHOLE_GROUP, "karyoloop-convert", ...wordsFor(converter, input, output)],
    {
      env: { ...converterEnvironment(), ...javaBounds(scratch), NODE_ENV: "production" },
      cwd: scratch,
      niceness: NICENESS,
      onLine(line) {
        const said = plainText(line, 300);
        if (!said || said.startsWith("Picked up JAVA_TOOL_OPTIONS")) return;
        percent = Number(/(\d{1,3})\s?%/.exec(said)?.[1] ?? percent ?? Number.NaN);
        if (Number.isNaN(percent)) percent = null;
        lastLines.push(said);
        if (lastLines.length > LAST_LINES) lastLines.shift();
      },
    },
  );
  let why: Problem | null = null;
  const onAbort = () => void child.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  const begun = performance.now();
  let grewAt = begun;
  let bytes = 0;
  const look = async (): Promise<void> => {
    const made = await sizeOf(scratch, input);
    if (made > bytes) grewAt = performance.now();
    bytes = made;
    onProgress(percent, bytes);
    const [ranMs, restedMs] = [performance.now() - begun, performance.now() - grewAt];
    if ((await roomOn(scratch)) === 0) why ??= new Problem(diskFull);
    else if (bytes > maxBytes) why ??= tooLarge(maxBytes, fileName);
    else if (ranMs > longestMs) why ??= refuse("conversion-too-slow", `${converter.name} needs too long.`, fileName);
    else if (restedMs > stalledMs)
      why ??= refuse("conversion-stalled", `${converter.name} does not get on with it.`, fileName);
    if (why) void child.stop();
  };
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = null;
      });
  }, lookEveryMs);
  const code = await child.ended.finally(() => {
    clearInterval(timer);
    signal.removeEventListener("abort", onAbort);
  });
  await looking;
  signal.throwIfAborted();
  if (why) throw why;
  if ((await sizeOf(scratch, input)) > maxBytes) throw tooLarge(maxBytes, fileName);
  if (code === 0 && (await stat(output).catch(() => null))) return;
  throw refuse(
    "conversion-failed",
    `${converter.name} ${converter.version} could not convert it: ${lastLines.join(" | ") || `it ended with ${code ?? "a signal"}`}`.slice(
      0,
      900,
    ),
    fileName,
  );
}

const refuse = (tag: string, what: string, where: string): Problem =>
  new Problem({
    tag,
    what,
    where,
    hint: "Open it in Fiji (File > Import > Bio-Formats), check it, and save it as OME-TIFF.",
  });

const tooLarge = (maxBytes: number, where: string): Problem =>
  refuse(
    "conversion-too-large",
    `It makes more than the ${Math.floor(maxBytes / 1e6)} MB that there is room for.`,
    where,
  );

async function keep(converter: Converter, file: string, output: string, scratch: string): Promise<void> {
  const folder = path.join(scratch, "converted");
  await mkdir(folder, { mode: 0o700 });
  await rename(output, convertedVolume(folder));
  await writeFile(convertedBy(folder), `${converter.name} ${converter.version}`);
  await rm(convertedFolder(file), { recursive: true, force: true });
  await rename(folder, convertedFolder(file));
}

/** Bytes below a folder, less the input's. */
async function sizeOf(folder: string, without: string): Promise<number> {
  let bytes = 0;
  let files = 0;
  const visit = async (at: string): Promise<void> => {
    for await (const entry of await opendir(at)) {
      const full = path.join(at, entry.name);
      if (full === without) continue;
      if (++files > MAX_FILES) throw new Error("too many files");
      if (entry.isDirectory()) await visit(full).catch(() => {});
      else bytes += (await stat(full).catch(() => null))?.size ?? 0;
    }
  };
  await visit(folder);
  return bytes;
}
