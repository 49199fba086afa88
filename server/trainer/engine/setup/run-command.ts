import { spawn } from "node:child_process";

export interface CommandResult {
  /** Null when it could not be started or was ended by a signal. */
  readonly exitCode: number | null;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Of the output only the end is kept: that is where the reason of a failure stands. */
const MAX_OUTPUT = 20_000;

/** Runs a program without a shell; never throws. */
export type RunCommand = (command: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

export const runCommand: RunCommand = (command, args, options = {}) =>
  new Promise((resolve) => {
    let output = "";
    let line = "";
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      signal: options.signal,
    });
    const take = (chunk: string) => {
      output = (output + chunk).slice(-MAX_OUTPUT);
      const lines = (line + chunk).split(/[\r\n]+/);
      line = (lines.pop() ?? "").slice(-MAX_OUTPUT);
      for (const complete of lines) options.onLine?.(complete);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => resolve({ exitCode: null, output: `${output}${error.message}` }));
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
