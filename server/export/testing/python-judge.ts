import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** Readers that this project did not write. Where one cannot be had, `missing` says why, and the test skips with it. */
export type Judge =
  | { readonly command: string; readonly missing?: undefined }
  | { readonly command?: undefined; readonly missing: string };

const run = promisify(execFile);

/** Any Python 3: its own library reads zips. */
export function pythonJudge(): Judge {
  const command = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"].find(existsSync);
  return command ? { command } : { missing: "Python 3 is not here: apt-get install python3" };
}

/** The Python of $KARYOLOOP_PEER_PYTHON, where it has these modules. */
export function peerJudge(modules: readonly string[], toInstall = modules.join(" ")): Judge {
  const command = process.env.KARYOLOOP_PEER_PYTHON ?? "python3";
  const test = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))`;
  try {
    execFileSync(command, ["-c", test, ...modules], { stdio: "ignore" });
    return { command };
  } catch {
    return { missing: `KARYOLOOP_PEER_PYTHON has no ${modules.join(", ")}: pip install ${toInstall}` };
  }
}

/** Debian's Python, whose packages python3-tifffile and python3-numpy read TIFF. */
export function tifffileJudge(): Judge {
  const command = "/usr/bin/python3";
  try {
    execFileSync(command, ["-c", "import tifffile"], { stdio: "ignore" });
    return { command };
  } catch {
    return { missing: "/usr/bin/python3 with tifffile is not here: apt-get install python3-tifffile" };
  }
}

export function xmllintJudge(): Judge {
  try {
    execFileSync("xmllint", ["--version"], { stdio: "ignore" });
    return { command: "xmllint" };
  } catch {
    return { missing: "xmllint is not here: apt-get install libxml2-utils" };
  }
}

const VENV_VERSION = 1;
const VENV_PACKAGES = ["zarr==3.1.6"];
/** Ships the OME schema of 2016-06; its own dependencies are not needed for that. */
const VENV_BARE_PACKAGES = ["ome-types==0.7.0"];
const INSTALL_TIMEOUT_MS = 180_000;

/** A Python of its own in the user's cache, with zarr-python 3; made once. */
export async function zarrJudge(): Promise<Judge> {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "karyoloop");
  const venv = path.join(cache, `judges-${VENV_VERSION}`);
  const command = path.join(venv, "bin", "python");
  if (!existsSync(command)) {
    try {
      mkdirSync(cache, { recursive: true });
      // A virtual environment does not survive a move of its scripts, but `python` and its packages do.
      const making = mkdtempSync(path.join(cache, "judges-making-"));
      try {
        const options = { timeout: INSTALL_TIMEOUT_MS };
        await run("/usr/bin/python3", ["-m", "venv", making], options);
        const pip = [path.join(making, "bin", "python"), "-m", "pip", "install", "--quiet"] as const;
        await run(pip[0], [...pip.slice(1), ...VENV_PACKAGES], options);
        await run(pip[0], [...pip.slice(1), "--no-deps", ...VENV_BARE_PACKAGES], options);
        renameSync(making, venv);
      } finally {
        rmSync(making, { recursive: true, force: true });
      }
    } catch (error) {
      // Another test file may have made it in the meantime.
      if (!existsSync(command))
        return { missing: `zarr-python 3 could not be installed: ${String(error).split("\n")[0].slice(0, 160)}` };
    }
  }
  return { command };
}

/** The OME schema of 2016-06 out of that environment, for xmllint. */
export async function omeSchema(): Promise<Judge> {
  const judge = await zarrJudge();
  if (judge.missing !== undefined) return judge;
  const { stdout } = await run(judge.command, [
    "-c",
    "import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec('ome_types').origin), 'ome-2016-06.xsd'))",
  ]);
  const schema = stdout.trim();
  return existsSync(schema) ? { command: schema } : { missing: "the package ome-types has no ome-2016-06.xsd" };
}

/** Runs a program of ours in Python; it prints one JSON value. */
export async function askPython<T>(command: string, program: string, args: readonly string[]): Promise<T> {
  const { stdout } = await run(command, ["-c", program, ...args], { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as T;
}
