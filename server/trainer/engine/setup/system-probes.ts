import { existsSync } from "node:fs";
import { type RunCommand, runCommand } from "./run-command.ts";

/** What the set-up asks about the machine; tests put other answers in its place. */
export interface SystemProbes {
  readonly platform: string;
  readonly arch: string;
  readonly isRoot: boolean;
  readonly isDebian: boolean;
  /** An NVIDIA GPU with its driver. */
  hasNvidiaGpu(): Promise<boolean>;
  /** Program and first arguments that run pip, e.g. `["python3", "-m", "pip"]`. */
  findPip(): Promise<readonly string[] | null>;
  hasPython(): Promise<boolean>;
  hasCompiler(): Promise<boolean>;
}

export function probeSystem(run: RunCommand = runCommand): SystemProbes {
  const works = async (command: string, ...args: string[]) =>
    (await run(command, args, { timeoutMs: 20_000 })).exitCode === 0;
  return {
    platform: process.platform,
    arch: process.arch,
    isRoot: process.getuid?.() === 0,
    isDebian: existsSync("/etc/debian_version"),
    hasNvidiaGpu: async () => existsSync("/proc/driver/nvidia/version") || (await works("nvidia-smi", "-L")),
    findPip: async () => {
      for (const pip of [["python3", "-m", "pip"], ["pip3"], ["pip"]])
        if (await works(pip[0], ...pip.slice(1), "--version")) return pip;
      return null;
    },
    hasPython: () => works("python3", "--version"),
    hasCompiler: () => works("g++", "--version"),
  };
}
