import { existsSync } from "node:fs";
import { runStep } from "./run-step.ts";

const BOUND_MS = 180_000;

/** Only root on Debian and its children may install by itself. */
export const mayInstall = (): boolean => process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");

export async function installDebianPackages(packages: readonly string[]): Promise<boolean> {
  console.log(`Installing ${packages.join(", ")} …`);
  const apt = "apt-get -o DPkg::Lock::Timeout=60 -qq";
  return runStep(
    ["/bin/sh", "-c", `${apt} update && ${apt} install -y --no-install-recommends ${packages.join(" ")}`],
    BOUND_MS,
    { DEBIAN_FRONTEND: "noninteractive" },
  );
}
