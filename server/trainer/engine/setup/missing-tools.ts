import type { SystemProbes } from "./system-probes.ts";

export interface MissingTools {
  /** In words, for the page: "pip (Python's installer)". */
  readonly names: readonly string[];
  /** The one command that installs them all. */
  readonly command: string;
  readonly debianPackages: readonly string[];
}

/** What is not there of the tools that fetch and build the binding; null when all is there. */
export async function findMissingTools(probes: SystemProbes): Promise<MissingTools | null> {
  const wanted: [boolean, string, string][] = [
    [await probes.hasPython(), "Python 3", "python3"],
    [(await probes.findPip()) !== null, "pip (Python's installer)", "python3-pip"],
    [await probes.hasCompiler(), "a C++ compiler (g++)", "g++"],
  ];
  const missing = wanted.filter(([there]) => !there);
  if (missing.length === 0) return null;
  const debianPackages = missing.map(([, , name]) => name);
  const install = `apt-get install -y --no-install-recommends ${debianPackages.join(" ")}`;
  const command = probes.isDebian
    ? probes.isRoot
      ? `apt-get update && ${install}`
      : `sudo apt-get update && sudo ${install}`
    : `install ${debianPackages.join(", ")} with your system's package manager`;
  return { names: missing.map(([, name]) => name), command, debianPackages };
}
