import { captureConsole } from "../log/capture-console.ts";
import { logOf } from "../log/log.ts";
import { EXIT_FAULT } from "../supervisor/exit-codes.mjs";
import { memoryBounds } from "../supervisor/memory-bounds.mjs";

const log = logOf("server");
const LOOK_EVERY_MS = 2_000;

/**
 * What nobody caught ends the process, with a line in the log: its state is unknown, everything that was called *Saved* is
 * in the database, and whoever started it starts it again. Next would go on: it adds listeners of its own for both. A
 * capture callback goes before every listener of `uncaughtException`; a rejection's first listener ends the process, and
 * ours is first because entries call this before they load anything of Next.
 */
export function endOnFaults({ residentBytes } = memoryBounds()): void {
  process.setUncaughtExceptionCaptureCallback((error) => end("An error that nobody caught ends the server", error));
  process.on("unhandledRejection", (reason) => end("A rejection that nobody handled ends the server", reason));
  watchMemory(residentBytes);
  if (process.env.NODE_ENV !== "development") captureConsole();
}

function end(message: string, error: unknown): never {
  log.failed(message, error);
  process.exit(EXIT_FAULT);
}

/** V8 bounds its heap by itself; arrays of voxels lie beside it. */
function watchMemory(residentBytes: number): void {
  setInterval(() => {
    const bytes = process.memoryUsage.rss();
    if (bytes <= residentBytes) return;
    log.error("The server takes more than half of this machine's memory and ends", { bytes });
    process.exit(EXIT_FAULT);
  }, LOOK_EVERY_MS).unref();
}
