import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { converterEnvironment } from "../../beside/child-environment.ts";
import type { Environment } from "../../env.ts";
import { javaBounds } from "./java-bounds.ts";

/** A program of the administrator's that reads what Bio-Formats reads; never required, and none of ours. */
export interface Converter {
  readonly name: "bioformats2raw" | "bfconvert";
  readonly program: string;
  readonly version: string;
}

/** Versions whose options and output are known; `until` is the first that is not. bfconvert is part of Bio-Formats. */
const KNOWN = {
  bioformats2raw: { from: [0, 5], until: [1, 0] },
  bfconvert: { from: [6, 0], until: [9, 0] },
} as const;
const NAMES = ["bioformats2raw", "bfconvert"] as const;
/** Java takes its time. */
const ANSWER_WITHIN_MS = 60_000;
/** So that one that was set up meanwhile is found. */
const LOOK_AGAIN_MS = 60_000;

const found = new WeakMap<Environment, { at: number; converter: Promise<Converter | null> }>();

/** The converter of this installation, or null: there is none, it does not run, or its version is not known here. */
export function findConverter(environment: Environment): Promise<Converter | null> {
  const known = found.get(environment);
  if (known && performance.now() - known.at < LOOK_AGAIN_MS) return known.converter;
  const converter = look(environment.converter);
  found.set(environment, { at: performance.now(), converter });
  return converter;
}

async function look(setting: string): Promise<Converter | null> {
  if (setting === "none") return null;
  const programs =
    setting === "auto"
      ? NAMES.flatMap((name) =>
          (process.env.PATH ?? "")
            .split(path.delimiter)
            .filter(path.isAbsolute)
            .map((folder) => path.join(folder, name)),
        )
      : [path.resolve(setting)];
  for (const program of programs) {
    const name = NAMES.find((one) => path.basename(program).startsWith(one));
    if (!name || !(await isProgram(program))) continue;
    const version = await versionOf(name, program);
    if (version && isKnown(name, version)) return { name, program, version };
  }
  return null;
}

const isProgram = (program: string): Promise<boolean> =>
  access(program, constants.X_OK).then(
    () => true,
    () => false,
  );

/** `Version = 0.9.4` of bioformats2raw, `Version: 7.3.1` of bfconvert. */
function versionOf(name: Converter["name"], program: string): Promise<string | null> {
  const option = name === "bioformats2raw" ? "--version" : "-version";
  return new Promise((resolve) =>
    execFile(
      program,
      [option],
      { env: { ...converterEnvironment(), ...javaBounds(null) }, timeout: ANSWER_WITHIN_MS, killSignal: "SIGKILL" },
      (_error, out, err) => resolve(/version\s*[=:]?\s*(\d+(?:\.\d+){1,3})/i.exec(`${out}\n${err}`)?.[1] ?? null),
    ),
  );
}

function isKnown(name: Converter["name"], version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const reaches = ([a, b]: readonly [number, number]) => major > a || (major === a && minor >= b);
  return reaches(KNOWN[name].from) && !reaches(KNOWN[name].until);
}
