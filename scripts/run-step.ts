import { spawn } from "node:child_process";

/** The person has ended the run: no further step is started. */
export class Interrupted extends Error {}

/**
 * Runs a program with its output shown; ends it, and all it started, when it takes too long. Resolves to success; rejects
 * with `Interrupted` where SIGINT or SIGTERM came meanwhile.
 */
export function runStep(
  command: readonly string[],
  timeoutMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const child = spawn(command[0], command.slice(1), {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const endAll = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // gone already
    }
  };
  const timer = setTimeout(() => {
    console.error(`${command.join(" ")}: not done within ${Math.round(timeoutMs / 1000)} s, ended.`);
    endAll("SIGTERM");
    setTimeout(() => endAll("SIGKILL"), 5_000).unref();
  }, timeoutMs);
  let interrupted = false;
  const forward = () => {
    interrupted = true;
    endAll("SIGTERM");
  };
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    const finish = (succeeded: boolean) => {
      clearTimeout(timer);
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      if (interrupted) reject(new Interrupted("ended from outside"));
      else resolve(succeeded);
    };
    child.once("error", () => finish(false));
    child.once("close", (code) => finish(code === 0));
  });
}
