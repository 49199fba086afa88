import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../../../core/problem.ts";
import { runCommand } from "./run-command.ts";
import type { ReportProgress } from "./setup-progress.ts";

const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** "Downloading x.whl (273.8 MB)", as pip says it. */
export function parseAnnouncedBytes(line: string): number | null {
  const match = /^\s*Downloading .*\((\d+(?:\.\d+)?) (kB|MB|GB)\)/.exec(line);
  return match ? Number(match[1]) * UNITS[match[2]] : null;
}

/**
 * Has pip fetch one wheel into `folder`, from whatever index the person configured; what is there already is not fetched
 * again. Any wheel of this platform will do, as only its C library is used: where the installed Python is too new or too
 * old for one, those of other Python versions are asked for. Returns the wheel's path.
 */
export async function downloadWheel(
  pip: readonly string[],
  requirement: string,
  folder: string,
  arch: string,
  report: ReportProgress,
  signal?: AbortSignal,
): Promise<string> {
  const name = requirement.replace(/[<>=!~ ].*$/, "");
  const present = await findWheel(folder, name);
  if (present) return present;
  // pip writes into its temporary folder first: ours, so that its growth can be shown.
  const partial = join(folder, "partial");
  await mkdir(partial, { recursive: true });
  const machine = arch === "arm64" ? "aarch64" : "x86_64";
  const platforms = ["2_28", "2_27", "2_17", "2014"].flatMap((age) => [
    "--platform",
    age === "2014" ? `manylinux2014_${machine}` : `manylinux_${age}_${machine}`,
  ]);
  const attempts = [[], ...["3.13", "3.12", "3.11"].map((v) => ["--python-version", v, ...platforms])];
  let failure = "";
  for (const attempt of attempts) {
    let totalBytes: number | undefined;
    const show = async () =>
      report({ phase: "download", message: `Fetching ${name}`, bytes: await folderBytes(partial), totalBytes });
    const timer = setInterval(() => void show(), 500);
    const { exitCode, output } = await runCommand(
      pip[0],
      [...pip.slice(1), "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar", "off"]
        .concat(attempt)
        .concat("--dest", folder, requirement),
      {
        env: { ...process.env, TMPDIR: partial, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
        signal,
        onLine: (line) => {
          totalBytes = parseAnnouncedBytes(line) ?? totalBytes;
        },
      },
    );
    clearInterval(timer);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const wheel = exitCode === 0 ? await findWheel(folder, name) : null;
    if (wheel) return wheel;
    failure = output;
    signal?.throwIfAborted();
  }
  throw new Problem({
    tag: "tensorflow-download-failed",
    what: `pip could not fetch ${name}.`,
    where: lastError(failure),
    hint: "Check that this machine reaches a Python package index (pip's own configuration is used), then set up again.",
  });
}

async function findWheel(folder: string, name: string): Promise<string | null> {
  const start = `${name.replaceAll("-", "_")}-`;
  const files = await readdir(folder).catch(() => []);
  const wheel = files.find((file) => file.startsWith(start) && file.endsWith(".whl"));
  return wheel ? join(folder, wheel) : null;
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => fileBytes(join(entry.parentPath, entry.name))),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const fileBytes = async (path: string): Promise<number> => {
  const info = await stat(path).catch(() => null);
  return info?.size ?? 0;
};

const lastError = (output: string): string =>
  output
    .split("\n")
    .filter((line) => /error/i.test(line))
    .at(-1)
    ?.trim()
    .slice(0, 300) ?? "pip gave no reason";
