import { execFileSync } from "node:child_process";

const PYTHON = "/usr/bin/python3";

/** Whether the system's Python can import a module, e.g. `tifffile` of Debian's python3-tifffile. */
export function hasPythonModule(module: string): boolean {
  try {
    execFileSync(PYTHON, ["-c", `import ${module}`], { stdio: "ignore", timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

export const runPython = (script: string, ...args: string[]): string =>
  execFileSync(PYTHON, ["-c", script, ...args], { encoding: "utf8", timeout: 120_000, maxBuffer: 64 * 1024 * 1024 });
