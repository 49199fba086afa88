import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/** Often enough that a process which takes a gigabyte a second is stopped in time. */
const EVERY_MS = 100;
/** Where a look costs a process of its own. */
const EVERY_BY_PS_MS = 1000;

/** Memory of a process as the system counts it, in bytes; null where it is gone. */
async function residentBytes(pid: number): Promise<number | null> {
  if (process.platform === "linux") {
    const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
    return kilobytes ? Number(kilobytes) * 1024 : null;
  }
  return new Promise((resolve) =>
    execFile("ps", ["-o", "rss=", "-p", String(pid)], (error, out) => resolve(error ? null : Number(out) * 1024)),
  );
}

/**
 * Calls `onTooLarge` once when the process holds more than `maxBytes`. From outside, as a process that is busy in one long
 * call cannot look at itself. Returns how to stop.
 */
export function watchMemory(pid: number, maxBytes: number, onTooLarge: () => void): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    const bytes = await residentBytes(pid);
    if (stopped) return;
    if (bytes !== null && bytes > maxBytes) onTooLarge();
    else timer = setTimeout(look, process.platform === "linux" ? EVERY_MS : EVERY_BY_PS_MS).unref();
  };
  timer = setTimeout(look, EVERY_MS).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
